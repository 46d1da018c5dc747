"""What is known before any model learns: climatologies, a first guess, and anomalies."""

from typing import Self

from shared.forecasting.arrays import DateArray, FloatArray, valid_dates
from shared.forecasting.climatology import HarmonicClimatology, courses
from shared.forecasting.guidance_correction import GuidanceCorrection
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.record import Record
from shared.forecasting.references import DampedPersistenceForecaster
from shared.forecasting.series import input_series, target_bounds, target_series, targets_by_lead
from shared.forecasting.sources import Sources
from shared.forecasting.variables import LEAD_DAYS, Variable

#: Name of the target's own anomalies among those of the inputs.
OWN = "own"
#: Names of the anomalies the guidance forecasts, by lead.
GUIDANCE = tuple(f"guidance_lead_{lead}" for lead in LEAD_DAYS)


class Baseline(Record):
    """The first guess of a target, and the climatologies of all series a model looks at.

    The first guess is damped persistence; where there is guidance, corrected guidance. Models
    learn what it leaves unexplained, so a model that finds nothing is the first guess.
    """

    target: Variable
    damped_persistence: DampedPersistenceForecaster
    input_climatologies: dict[Variable, HarmonicClimatology]
    #: By name of the series, `NeighbourSeries.name`.
    neighbour_climatologies: dict[str, HarmonicClimatology]
    guidance_correction: GuidanceCorrection | None = None

    @classmethod
    def fit(cls, target: Variable, sources: Sources, known: ForecastInputs) -> Self:
        """Fit everything on inputs that end where training must.

        Raises
        ------
        NotEnoughData
            The target or a series in use was observed on too few days.
        """
        own, dates = known.own, known.own.dates
        series = target_series(target, own.column(target))
        lowest, highest = target_bounds(target)
        climatology = HarmonicClimatology.fit(dates, series, lowest=lowest, highest=highest)
        fitted = cls(
            target=target,
            damped_persistence=DampedPersistenceForecaster.fit(climatology, dates, series),
            input_climatologies={
                name: HarmonicClimatology.fit(dates, input_series(name, own.column(name)))
                for name in sources.inputs
            },
            neighbour_climatologies={
                name: HarmonicClimatology.fit(dates, observed)
                for name, observed in sources.neighbour_series(known).items()
            },
        )
        if not sources.guidance:
            return fitted
        later = targets_by_lead(series) - climatology.at(valid_dates(dates))
        correction = GuidanceCorrection.fit(
            fitted.guidance_anomalies(known, dates), series - climatology.at(dates), later
        )
        return fitted.model_copy(update={"guidance_correction": correction})

    @property
    def climatology(self) -> HarmonicClimatology:
        """The climatology of the target."""
        return self.damped_persistence.climatology

    def first_guess(self, known: ForecastInputs, dates: DateArray) -> FloatArray:
        """Return the first guess of the target series, shape (n, 7), from reference dates."""
        series = target_series(self.target, known.own.on(self.target, dates))
        if self.guidance_correction is None:
            return self.damped_persistence.forecast(dates, series)
        corrected = self.guidance_correction.anomalies(
            self.guidance_anomalies(known, dates), series - self.climatology.at(dates)
        )
        return self.climatology.at(valid_dates(dates)) + corrected

    def guidance_anomalies(self, known: ForecastInputs, dates: DateArray) -> FloatArray:
        """Return the anomalies that guidance forecast on reference dates, shape (n, 7)."""
        forecast = target_series(self.target, known.guidance_on(self.target, dates))
        anomalies: FloatArray = forecast - self.climatology.at(valid_dates(dates))
        return anomalies

    def anomalies(self, sources: Sources, known: ForecastInputs) -> dict[str, FloatArray]:
        """Return the anomalies of every series in use by name, shape (n_days,) each."""
        dates = known.own.dates
        series = self._series(sources, known)
        usual = courses([climatology for climatology, _ in series.values()], dates)
        found = {
            name: observed - course
            for (name, (_, observed)), course in zip(series.items(), usual, strict=True)
        }
        if self.guidance_correction is not None:
            found.update(zip(GUIDANCE, self.guidance_anomalies(known, dates).T, strict=True))
        return found

    def _series(
        self, sources: Sources, known: ForecastInputs
    ) -> dict[str, tuple[HarmonicClimatology, FloatArray]]:
        """Return the climatology of every series in use, and what was observed of it."""
        own = known.own
        found = {OWN: (self.climatology, target_series(self.target, own.column(self.target)))}
        for name, climatology in self.input_climatologies.items():
            found[name] = climatology, input_series(name, own.column(name))
        if self.neighbour_climatologies:
            observed = sources.neighbour_series(known)
            for place, climatology in self.neighbour_climatologies.items():
                found[place] = climatology, observed[place]
        return found

"""What is known before any model learns: climatologies, a first guess, and anomalies."""

from collections.abc import Iterator, Mapping
from typing import Self

from shared.forecasting.arrays import DateArray, FloatArray, valid_dates
from shared.forecasting.climatology import HarmonicClimatology
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
        own = target_series(self.target, known.own.column(self.target))
        found = {OWN: own - self.climatology.at(dates)}
        found.update(self._of_inputs(known))
        found.update(self._of_neighbours(sources.neighbour_series(known), dates))
        if self.guidance_correction is not None:
            found.update(zip(GUIDANCE, self.guidance_anomalies(known, dates).T, strict=True))
        return found

    def _of_inputs(self, known: ForecastInputs) -> Iterator[tuple[str, FloatArray]]:
        for name, climatology in self.input_climatologies.items():
            observed = input_series(name, known.own.column(name))
            yield name, observed - climatology.at(known.own.dates)

    def _of_neighbours(
        self, observed: Mapping[str, FloatArray], dates: DateArray
    ) -> Iterator[tuple[str, FloatArray]]:
        for name, climatology in self.neighbour_climatologies.items():
            yield name, observed[name] - climatology.at(dates)

"""What is known before any model learns: climatologies, damping, and the anomalies they leave."""

from collections.abc import Sequence
from typing import Self

from shared.forecasting.arrays import FloatArray
from shared.forecasting.climatology import HarmonicClimatology
from shared.forecasting.history import DailyHistory
from shared.forecasting.record import Record
from shared.forecasting.references import DampedPersistenceForecaster
from shared.forecasting.series import input_series, target_bounds, target_series
from shared.forecasting.variables import Variable

#: Name of the target's own anomalies among those of the inputs.
OWN = "own"


class Baseline(Record):
    """Damped persistence of the target, and the climatologies of the inputs.

    Models learn what damped persistence leaves unexplained, so a model that finds nothing is
    damped persistence.
    """

    target: Variable
    damped_persistence: DampedPersistenceForecaster
    input_climatologies: dict[Variable, HarmonicClimatology]

    @classmethod
    def fit(cls, target: Variable, inputs: Sequence[Variable], history: DailyHistory) -> Self:
        """Fit everything on a history that ends where training must.

        Raises
        ------
        NotEnoughData
            The target or an input was observed on too few days.
        """
        dates = history.dates
        series = target_series(target, history.column(target))
        lowest, highest = target_bounds(target)
        climatology = HarmonicClimatology.fit(dates, series, lowest=lowest, highest=highest)
        return cls(
            target=target,
            damped_persistence=DampedPersistenceForecaster.fit(climatology, dates, series),
            input_climatologies={
                name: HarmonicClimatology.fit(dates, input_series(name, history.column(name)))
                for name in inputs
            },
        )

    def anomalies(self, history: DailyHistory) -> dict[str, FloatArray]:
        """Return the anomalies of the target (`OWN`) and of each input, shape (n_days,) each."""
        dates = history.dates
        own = target_series(self.target, history.column(self.target))
        found = {OWN: own - self.damped_persistence.climatology.at(dates)}
        for name, climatology in self.input_climatologies.items():
            found[name] = input_series(name, history.column(name)) - climatology.at(dates)
        return found

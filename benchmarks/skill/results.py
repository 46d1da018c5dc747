"""What came of an exam, and who took part, by the names of the tables."""

from dataclasses import dataclass

from benchmarks.skill.exam import Exam
from benchmarks.skill.references import REFERENCES
from benchmarks.skill.scoring import Marks
from shared.forecasting.arrays import FloatArray

OURS = "ours"
AUTO_ARIMA, LIGHT_GBM = "AutoARIMA", "LightGBM"
PEERS = (AUTO_ARIMA, LIGHT_GBM)
FORECASTERS = (OURS, *REFERENCES, *PEERS)


@dataclass(frozen=True, eq=False)
class MonthlyMarks:
    """The winner's recipe fitted again each month, on the days of all; arrays of shape (7,)."""

    mae: FloatArray
    mae_damped_persistence: FloatArray
    coverage_80: FloatArray
    coverage_95: FloatArray


@dataclass(frozen=True, eq=False)
class Result:
    """What came of an exam.

    Attributes
    ----------
    marks : dict of str to Marks
        By the name of the forecaster.
    n_days : int
        Reference dates everybody was scored on.
    family : str
        The family of ours that won before the exam.
    n_kept : int
        How many peers' answers were kept from an earlier run.
    """

    exam: Exam
    marks: dict[str, Marks]
    monthly: MonthlyMarks
    n_days: int
    family: str
    seconds_of_ours: float
    n_kept: int

    def mae(self, name: str) -> float:
        """Return a forecaster's mean absolute error over all leads (degC)."""
        return float(self.marks[name].mae.mean())

    def ratio(self, name: str, reference: str) -> float:
        """Return a forecaster's error relative to another's, over all leads."""
        return self.mae(name) / self.mae(reference)

    def ratios(self, name: str, reference: str) -> FloatArray:
        """Return a forecaster's error relative to another's by lead, shape (7,)."""
        return self.marks[name].mae / self.marks[reference].mae

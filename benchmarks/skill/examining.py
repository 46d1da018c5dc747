"""One exam: everybody's answers and their marks; what a process of its own does for `part`."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.skill.exam import Exam
from benchmarks.skill.keeping import peer_forecasts
from benchmarks.skill.ours import Monthly, our_answers
from benchmarks.skill.references import reference_forecasts
from benchmarks.skill.scoring import Marks, days_of_all, mark
from shared.forecasting.arrays import BoolArray, FloatArray

OURS = "ours"


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


def examine(exam: Exam, cache: Path, *, fresh: bool) -> Result:
    """Let everybody answer an exam and mark the answers."""
    with threadpool_limits(limits=1):
        answers, n_kept = peer_forecasts(exam, cache, fresh=fresh)
        answers |= reference_forecasts(exam)
        ours = our_answers(exam)
    answers[OURS] = ours.once
    days = days_of_all(exam, answers)
    return Result(
        exam=exam,
        marks={name: mark(given, exam.observed, days) for name, given in answers.items()},
        monthly=_mark_monthly(exam, ours.monthly, days),
        n_days=int(days.sum()),
        family=ours.family,
        seconds_of_ours=ours.seconds,
        n_kept=n_kept,
    )


def _mark_monthly(exam: Exam, monthly: Monthly, days: BoolArray) -> MonthlyMarks:
    days = days & ~np.isnan(monthly.forecast).any(axis=1)
    observed = exam.observed[days]
    return MonthlyMarks(
        mae=np.abs(monthly.forecast[days] - observed).mean(axis=0),
        mae_damped_persistence=np.abs(monthly.damped_persistence[days] - observed).mean(axis=0),
        coverage_80=monthly.inside_80[days].mean(axis=0),
        coverage_95=monthly.inside_95[days].mean(axis=0),
    )

"""One exam: everybody's answers and their marks; what a process of its own does for `part`."""

from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.skill.exam import Exam
from benchmarks.skill.keeping import peer_forecasts
from benchmarks.skill.ours import Monthly, our_answers
from benchmarks.skill.references import reference_forecasts
from benchmarks.skill.results import OURS, MonthlyMarks, Result
from benchmarks.skill.scoring import days_of_all, mark
from shared.forecasting.arrays import BoolArray


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

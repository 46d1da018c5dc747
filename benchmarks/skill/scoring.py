"""Marks: every forecaster scored on the days on which all of them gave an answer."""

from dataclasses import dataclass

import numpy as np

from benchmarks.skill.exam import Exam
from benchmarks.skill.forecasts import Forecasts
from shared.forecasting import scores
from shared.forecasting.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Marks:
    """The scores of one forecaster in one exam; by lead where the shape is (7,).

    Attributes
    ----------
    mae, crps, coverage_80, coverage_95 : ndarray of shape (7,)
    rmse, r2 : float
        Pooled over leads.
    """

    mae: FloatArray
    crps: FloatArray
    coverage_80: FloatArray
    coverage_95: FloatArray
    rmse: float
    r2: float


def days_of_all(exam: Exam, answers: dict[str, Forecasts]) -> BoolArray:
    """Say for each reference date whether all seven days came and everybody forecast them."""
    everything = (exam.observed, *(forecasts.value for forecasts in answers.values()))
    missing: BoolArray = np.any(np.isnan(np.hstack(everything)), axis=1)
    return ~missing


def mark(forecasts: Forecasts, observed: FloatArray, days: BoolArray) -> Marks:
    """Score a forecaster on the chosen days.

    Parameters
    ----------
    observed : ndarray of shape (n, 7)
    days : ndarray of bool, shape (n,)
    """
    value, seen = forecasts.value[days], observed[days]
    inside_80, inside_95 = (inside[days] for inside in (_inside(forecasts, observed)))
    return Marks(
        mae=np.abs(value - seen).mean(axis=0),
        crps=scores.crps(forecasts.value, forecasts.bounds, observed)[days].mean(axis=0),
        coverage_80=inside_80.mean(axis=0),
        coverage_95=inside_95.mean(axis=0),
        rmse=scores.rmse(value, seen),
        r2=scores.r2(value, seen),
    )


def _inside(forecasts: Forecasts, observed: FloatArray) -> tuple[BoolArray, BoolArray]:
    return (
        (forecasts.lower_80 <= observed) & (observed <= forecasts.upper_80),
        (forecasts.lower_95 <= observed) & (observed <= forecasts.upper_95),
    )

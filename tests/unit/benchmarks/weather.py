"""A made-up place and its exam."""

from datetime import date

import numpy as np

from benchmarks.skill.exam import Exam
from shared.forecasting.arrays import FloatArray
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import Variable

FIRST_DAY = date(2019, 1, 1)
N_DAYS = 4 * 365


def made_up_maxima(*, seed: int = 1) -> FloatArray:
    """Return four years of a yearly course with noise."""
    days = np.arange(N_DAYS)
    noise = np.random.default_rng(seed).normal(0.0, 2.0, N_DAYS)
    maxima: FloatArray = 20.0 - 8.0 * np.cos(2.0 * np.pi * days / 365.25) + noise
    return maxima


def history_of(maxima: FloatArray, first: date = FIRST_DAY) -> DailyHistory:
    """Return a history that has nothing but maxima."""
    return DailyHistory(first, {Variable.TEMPERATURE_MAX: maxima})


def exam_of(maxima: FloatArray) -> Exam:
    """Return the exam of a place with these maxima."""
    return Exam(
        "here", Variable.TEMPERATURE_MAX, ForecastInputs(history_of(maxima)), is_simulated=False
    )

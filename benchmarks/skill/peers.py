"""Other libraries' answers, made the way their users would: fitted once, rolled through the year.

Their settings were chosen on the years before the test years of Marrakech, Basel, London and Fes.
What is in this file is part of the cache's key: change it and every forecast is made anew.
"""

import warnings
from collections.abc import Callable
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from mlforecast import MLForecast
from mlforecast.lag_transforms import RollingMean
from statsforecast.models import AutoARIMA

from benchmarks.skill.exam import TEST_DAYS, Exam
from benchmarks.skill.forecasts import Forecasts
from benchmarks.skill.references import bridged
from benchmarks.skill.results import AUTO_ARIMA, LIGHT_GBM
from shared.forecasting.arrays import FloatArray, IntArray
from shared.forecasting.climatology import seasonal_harmonics
from shared.forecasting.variables import HORIZON_DAYS, LEAD_DAYS

_FOURIER_PAIRS = 3
_LEVELS = [80, 95]
# Reference dates of the last year of training (of two where one was hardly observed) whose errors
# make the intervals of LightGBM.
_CALIBRATION_WINDOWS, _CALIBRATION_STEP = 119, 3
_LIGHT_GBM: dict[str, Any] = {
    "n_estimators": 200,
    "learning_rate": 0.03,
    "num_leaves": 8,
    "min_child_samples": 50,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "random_state": 1,
    "n_jobs": 1,
    "verbosity": -1,
}


def auto_arima(exam: Exam) -> Forecasts:
    """AutoARIMA with Fourier terms (statsforecast): fitted once, filtered up to each day."""
    series = bridged(exam)
    dates = exam.history.dates
    waves = seasonal_harmonics(
        np.concatenate([dates, dates[-1] + np.array(LEAD_DAYS)]), _FOURIER_PAIRS
    )
    model = AutoARIMA(season_length=1)
    model.fit(series[: exam.n_training], X=waves[: exam.n_training])
    answers = [
        model.forward(
            y=series[: day + 1],
            h=HORIZON_DAYS,
            X=waves[: day + 1],
            X_future=waves[day + 1 : day + 1 + HORIZON_DAYS],
            level=_LEVELS,
        )
        for day in exam.positions
    ]

    def stacked(name: str) -> FloatArray:
        return np.array([answer[name] for answer in answers], np.float64)

    return Forecasts(
        stacked("mean"), stacked("lo-95"), stacked("lo-80"), stacked("hi-80"), stacked("hi-95")
    )


def light_gbm(exam: Exam) -> Forecasts:
    """LightGBM on lags, recursive (mlforecast): fitted once, intervals by conformal prediction.

    The library makes no intervals for a model that is not refitted, so they are made here the way
    it makes them: of the errors in the last year of training, after a fit on the years before it.
    """
    series = bridged(exam)
    frame = pd.DataFrame({"unique_id": exam.place, "ds": exam.history.dates, "y": series})
    step = _calibration_step(exam)
    calibration = _rolled(frame[: exam.n_training], _CALIBRATION_WINDOWS, step=step)
    # Of days that were observed: what was bridged would be forecast far too well.
    came = exam.series[_valid_days(exam.n_training, _CALIBRATION_WINDOWS, step)]
    value = _rolled(frame, len(exam.positions), step=1)
    return Forecasts.around(value, came - calibration)


def _calibration_step(exam: Exam) -> int:
    """Return how many days apart the reference dates lie: twice as many after a year of gaps."""
    is_there = np.isfinite(exam.series[exam.n_training - TEST_DAYS : exam.n_training])
    return _CALIBRATION_STEP if is_there.sum() > TEST_DAYS / 2 else 2 * _CALIBRATION_STEP


def _rolled(frame: pd.DataFrame, n_windows: int, *, step: int) -> FloatArray:
    """Return forecasts from the last `n_windows` days with seven to come, shape (n_windows, 7)."""
    model = MLForecast(
        models={"forecast": lightgbm.LGBMRegressor(**_LIGHT_GBM)},
        freq="D",
        lags=range(1, 15),
        lag_transforms={1: [RollingMean(7), RollingMean(30)]},
        date_features=["day_of_year", _sine, _cosine],
    )
    with warnings.catch_warnings():
        # These libraries still speak to pandas in words that it is about to forget.
        warnings.simplefilter("ignore", DeprecationWarning)
        answers = model.cross_validation(
            frame, n_windows=n_windows, h=HORIZON_DAYS, step_size=step, refit=False
        )
    ordered: FloatArray = answers.sort_values(["cutoff", "ds"])["forecast"].to_numpy(np.float64)
    return ordered.reshape(n_windows, HORIZON_DAYS)


def _valid_days(n_days: int, n_windows: int, step: int) -> IntArray:
    """Return the positions that `_rolled` forecasts, shape (n_windows, 7)."""
    last = n_days - 1 - HORIZON_DAYS
    reference = last - step * np.arange(n_windows)[::-1]
    days: IntArray = reference[:, np.newaxis] + np.array(LEAD_DAYS)
    return days


def _sine(dates: pd.DatetimeIndex) -> FloatArray:
    return seasonal_harmonics(dates.to_numpy().astype("datetime64[D]"), 1)[:, 0]


def _cosine(dates: pd.DatetimeIndex) -> FloatArray:
    return seasonal_harmonics(dates.to_numpy().astype("datetime64[D]"), 1)[:, 1]


#: The peers by the names they go by in tables.
PEERS: dict[str, Callable[[Exam], Forecasts]] = {
    AUTO_ARIMA: auto_arima,
    LIGHT_GBM: light_gbm,
}

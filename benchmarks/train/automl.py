"""AutoMLForecast on the same six years: one variable, three families, as many trials each.

It tunes on twelve weeks, a month apart, of the last year, and then fits once. There is no backtest
of 365 days, no references, no artifact and no record in it, as there are in a training of ours.
"""

import time
import warnings
from typing import Any

import numpy as np
import optuna
import pandas as pd
from mlforecast.auto import AutoLightGBM, AutoMLForecast, AutoRandomForest, AutoRidge

from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import HORIZON_DAYS, Variable

_WINDOWS, _DAYS_APART = 12, 30
_WEEK = 7
#: Those of its families that come nearest to ours, with the search spaces it brings.
_FAMILIES: dict[str, Any] = {
    "ridge": AutoRidge,
    "random forest": AutoRandomForest,
    "gradient boosting": AutoLightGBM,
}


def seconds_of_automlforecast(history: DailyHistory, trials: int, threads: int) -> float:
    """Return how long it takes for the daily maximum."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    series = history.column(Variable.TEMPERATURE_MAX)
    if np.isnan(series).any():
        raise ValueError("AutoMLForecast is given a series without gaps.")
    frame = pd.DataFrame({"unique_id": "site", "ds": history.dates, "y": series})
    models = {name: family() for name, family in _FAMILIES.items()}
    started = time.monotonic()
    with warnings.catch_warnings():
        # It still speaks to pandas and Optuna in words that these are about to forget.
        warnings.simplefilter("ignore")
        AutoMLForecast(models, freq="D", season_length=_WEEK, num_threads=threads).fit(
            frame, n_windows=_WINDOWS, h=HORIZON_DAYS, num_samples=trials, step_size=_DAYS_APART
        )
    return time.monotonic() - started

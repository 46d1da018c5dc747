"""The backtest: rolling origin, refitted every month, everything fitted on the past of its origin.

Two stretches of reference dates are cut off the end of a history: the backtest year, and before it
the tuning year. Tuning never sees the backtest year. A split is cut on valid time: no training
target lies after the first reference date it is tested on.
"""

from shared.forecasting.backtest.past_forecasts import PastForecasts
from shared.forecasting.backtest.plan import (
    Fold,
    Plan,
    completeness,
    plan_backtest,
    whole_year,
)
from shared.forecasting.backtest.preparing import (
    Fit,
    PreparedFold,
    TrainingSet,
    prepare_final,
    prepare_fold,
)
from shared.forecasting.backtest.rolling import run_backtest

__all__ = [
    "Fit",
    "Fold",
    "PastForecasts",
    "Plan",
    "PreparedFold",
    "TrainingSet",
    "completeness",
    "plan_backtest",
    "prepare_final",
    "prepare_fold",
    "run_backtest",
    "whole_year",
]

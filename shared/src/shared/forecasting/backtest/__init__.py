"""The backtest: rolling origin, refitted every month, everything fitted on the past of its origin.

Two stretches of reference dates are cut off the end of a history: the backtest year, and before it
the tuning year. Tuning never sees the backtest year. A split is cut on valid time: no training
target lies after the first reference date it is tested on.
"""

from shared.forecasting.backtest.plan import (
    Fold,
    Plan,
    completeness,
    plan_backtest,
    targets_by_lead,
)
from shared.forecasting.backtest.rolling import (
    Fit,
    PastErrors,
    PreparedFold,
    prepare_final,
    prepare_fold,
    run_backtest,
)

__all__ = [
    "Fit",
    "Fold",
    "PastErrors",
    "Plan",
    "PreparedFold",
    "completeness",
    "plan_backtest",
    "prepare_final",
    "prepare_fold",
    "run_backtest",
    "targets_by_lead",
]

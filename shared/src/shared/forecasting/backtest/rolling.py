"""Running a backtest: every fold refitted on its past, its intervals made of known errors."""

from collections.abc import Sequence

from shared.forecasting.arrays import FloatArray, valid_dates
from shared.forecasting.backtest.past_forecasts import PastForecasts
from shared.forecasting.backtest.preparing import Fit, PreparedFold
from shared.forecasting.cases import PairedCases
from shared.forecasting.scores import crps
from shared.forecasting.variable_forecast import values_and_bounds


def run_backtest(
    folds: Sequence[PreparedFold], fit: Fit, earlier: PastForecasts
) -> tuple[PairedCases, PastForecasts]:
    """Backtest a recipe.

    Parameters
    ----------
    folds : sequence of PreparedFold
        In the order of time.
    earlier : PastForecasts
        Those of before the first fold. The intervals and the calibration of a fold are made of
        what was known at its origin: these forecasts, and those of the folds before it.

    Returns
    -------
    tuple of PairedCases and PastForecasts
        The cases, and all forecasts, the earlier ones too.
    """
    parts = []
    for fold in folds:
        forecast = fold.forecast(fit)
        parts.append(_paired(fold, forecast, earlier.known_on(fold.test_dates[0])))
        earlier = earlier.followed_by(fold.verified(forecast))
    return PairedCases.joined(parts), earlier


def _paired(fold: PreparedFold, forecast: FloatArray, earlier: PastForecasts) -> PairedCases:
    if fold.rain_amounts is not None:
        forecast = earlier.calibration().apply(forecast)
    value, bounds = values_and_bounds(
        fold.specification.target,
        valid_dates(fold.test_dates),
        forecast,
        fold.rain_amounts or earlier.residual_quantiles(),
    )
    return PairedCases(
        reference_dates=fold.test_dates,
        observed=fold.observed,
        forecast=forecast,
        **fold.references,
        inside_80=(bounds["lower_80"] <= fold.values) & (fold.values <= bounds["upper_80"]),
        inside_95=(bounds["lower_95"] <= fold.values) & (fold.values <= bounds["upper_95"]),
        crps=crps(value, bounds, fold.values),
        is_hot=fold.values > fold.hot_from,
    )

"""The forecasts of a site, made once for its models and observations."""

from collections.abc import Mapping

import numpy as np
import structlog

from api.serving.snapshot import ServedForecast, ServedModel
from shared.errors import ArtifactRefused, NotEnoughData
from shared.forecasting.forecast import make_forecast
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.references import climatology_forecast
from shared.forecasting.variable_forecast import VariableForecast
from shared.forecasting.variables import FORECAST_VARIABLES, Variable

_log = structlog.get_logger(__name__)


def make_forecasts(
    inputs: ForecastInputs, models: Mapping[Variable, ServedModel]
) -> dict[Variable, ServedForecast]:
    """Return the forecast of every variable from the last day of the site's own history."""
    return {
        variable: _best_forecast(inputs, variable, models.get(variable))
        for variable in FORECAST_VARIABLES
    }


def champion_forecast(model: ServedModel, inputs: ForecastInputs) -> VariableForecast:
    """Return a champion's own forecast, or that of its fallback where inputs are late.

    Raises
    ------
    NotEnoughData
        The last days of the history have gaps.
    ArtifactRefused
        The forecast is not made of finite numbers.
    """
    forecast = make_forecast(model.document, model.regressor, inputs, inputs.own.last_date)
    if not np.isfinite(forecast.value).all():
        raise ArtifactRefused("The model's forecast holds values that are not finite.")
    return forecast


def _best_forecast(
    inputs: ForecastInputs, variable: Variable, model: ServedModel | None
) -> ServedForecast:
    """Return the champion's forecast, else climatology, else none: never a made-up value."""
    reason = "No model has been promoted yet."
    if model is not None:
        try:
            return ServedForecast(champion_forecast(model, inputs), model)
        except Exception as error:  # noqa: BLE001 - the next rung of the ladder answers instead
            reason = str(error)
            _log.warning("champion_passed_over", variable=variable, reason=reason)
    try:
        climatology = climatology_forecast(inputs.own, variable, inputs.own.last_date)
    except NotEnoughData as error:
        return ServedForecast(None, reason=str(error))
    return ServedForecast(climatology, reason=reason)

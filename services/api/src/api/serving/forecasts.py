"""The forecasts of a site, made once for its models and observations."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import structlog

from api.serving.snapshot import Rung, ServedForecast, ServedModel
from shared.errors import ArtifactRefused, NotEnoughData
from shared.forecasting.forecast import make_forecast
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.references import climatology_forecast
from shared.forecasting.variable_forecast import VariableForecast
from shared.forecasting.variables import FORECAST_VARIABLES, Variable

_NO_MODEL = "No model has been promoted yet."

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Step:
    """A model that may answer for a variable, and why none above it does."""

    rung: Rung
    model: ServedModel
    reason: str | None = None


#: Yields the models that may answer for a variable, the best first; the next is asked for only
#: where the one before has failed.
Ladder = Callable[[Variable], Iterable[Step]]


def make_forecasts(
    inputs: ForecastInputs, ladder: Ladder, variables: Iterable[Variable] = FORECAST_VARIABLES
) -> dict[Variable, ServedForecast]:
    """Return the forecasts of variables from the last day of the site's own history."""
    return {variable: _best_forecast(inputs, variable, ladder(variable)) for variable in variables}


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
    inputs: ForecastInputs, variable: Variable, steps: Iterable[Step]
) -> ServedForecast:
    """Return the best forecast there is: a champion's, else climatology, else none."""
    reason = None
    for step in steps:
        reason = reason or step.reason
        try:
            forecast = champion_forecast(step.model, inputs)
        except Exception as error:  # noqa: BLE001 - the next rung of the ladder answers instead
            reason = reason or str(error)
            _log.warning("model_passed_over", variable=variable, rung=step.rung, reason=str(error))
        else:
            return ServedForecast(forecast, step.rung, step.model, reason=reason)
    try:
        climatology = climatology_forecast(inputs.own, variable, inputs.own.last_date)
    except NotEnoughData as error:
        return ServedForecast(None, Rung.NONE, reason=str(error))
    return ServedForecast(climatology, Rung.CLIMATOLOGY, reason=reason or _NO_MODEL)

"""Trying a candidate's artifact out, the way the API will use it."""

import time
from datetime import date

import numpy as np

from registry_gate.terms import Soundness
from shared.adapters.artifacts import Artifact
from shared.adapters.onnx_regressor import OnnxRegressor
from shared.errors import ArtifactRefused, NotEnoughData
from shared.forecasting.documents import ModelDocument
from shared.forecasting.forecast import VariableForecast, check_regressor, make_forecast
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import VARIABLES

# The first answers of a session warm caches; the quickest of a few is what it can do.
_TIMED_ANSWERS = 3
_MS_PER_SECOND = 1000.0


def try_out(artifact: Artifact, history: DailyHistory) -> Soundness:
    """Load an artifact, let it pass its smoke test, and forecast from a real history.

    Parameters
    ----------
    history : DailyHistory
        Of the candidate's site; the forecast is made from the last day that allows one.

    Returns
    -------
    Soundness
        With the fault if the artifact cannot be used; never raises for what is inside it.
    """
    try:
        document = ModelDocument.from_json(artifact.document)
        regressor = OnnxRegressor(artifact.onnx)
        check_regressor(document, regressor)
        seconds, forecast = _timed_forecast(document, regressor, history)
    except (ArtifactRefused, NotEnoughData) as error:
        return Soundness(answer_ms=float("inf"), fault=str(error))
    return Soundness(answer_ms=seconds * _MS_PER_SECOND, fault=_fault(forecast))


def _timed_forecast(
    document: ModelDocument, regressor: OnnxRegressor, history: DailyHistory
) -> tuple[float, VariableForecast]:
    reference_date = _last_usable_date(document, regressor, history)
    seconds = []
    for _ in range(_TIMED_ANSWERS):
        started = time.perf_counter()
        forecast = make_forecast(document, regressor, history, reference_date)
        seconds.append(time.perf_counter() - started)
    return min(seconds), forecast


def _last_usable_date(
    document: ModelDocument, regressor: OnnxRegressor, history: DailyHistory
) -> date:
    """Return the newest day a forecast can start from; the last ones may lack an input."""
    for day in reversed(history.dates):
        found: date = day.item()
        try:
            make_forecast(document, regressor, history, found)
        except NotEnoughData:
            continue
        return found
    raise NotEnoughData("There is no day in the history this model can forecast from.")


def _fault(forecast: VariableForecast) -> str | None:
    """Say what is impossible about a forecast, if anything is."""
    bounds = VARIABLES[forecast.variable]
    if not np.isfinite(forecast.value).all():
        return "its forecast is not finite"
    if forecast.value.min() < bounds.lowest or forecast.value.max() > bounds.highest:
        return "its forecast is outside the physical bounds"
    ordered = (
        forecast.lower_95 <= forecast.lower_80,
        forecast.lower_80 <= forecast.upper_80,
        forecast.upper_80 <= forecast.upper_95,
    )
    if not np.all(ordered):
        return "its intervals are not nested"
    return None

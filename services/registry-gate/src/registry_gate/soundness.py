"""Trying a candidate's artifact out the way the API will use it, on all that is known there."""

import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from math import sqrt

import numpy as np

from registry_gate.terms import Soundness
from shared.adapters.artifacts import Artifact
from shared.adapters.onnx_regressor import OnnxRegressor
from shared.errors import ArtifactRefused, NotEnoughData
from shared.forecasting.arrays import BoolArray, FloatArray
from shared.forecasting.documents import ModelDocument
from shared.forecasting.forecast import VariableForecast, check_regressor, make_forecast
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.series import target_series
from shared.forecasting.variables import LEAD_DAYS, VARIABLES

#: What an artifact does when it is asked: from what is known, forecast from a reference date.
Answer = Callable[[ForecastInputs, date], VariableForecast]

# The first answers of a session warm caches; the quickest of a few is what it can do.
_TIMED_ANSWERS = 3
_MS_PER_SECOND = 1000.0


def try_out(
    artifact: Artifact,
    known: ForecastInputs,
    dates: Sequence[date] = (),
    *,
    spoil: Callable[[Answer], Answer] | None = None,
) -> Soundness:
    """Load an artifact, let it pass its smoke test, and forecast from what is really known.

    Parameters
    ----------
    known : ForecastInputs
        What the API serves the site from; forecasts are made from the newest day that allows one.
    dates : sequence of date
        Reference dates of its backtest, to forecast from beside that.
    spoil : callable, optional
        Makes a faulty answer of a good one (gate drills).

    Returns
    -------
    Soundness
        With the fault if the artifact cannot be used; never raises for what is inside it.
    """
    try:
        answer, document = _open(artifact)
        if spoil is not None:
            answer = spoil(answer)
        newest, seconds = _newest(answer, known)
    except (ArtifactRefused, NotEnoughData) as error:
        return Soundness.refused(str(error))
    past = [forecast for day in dates if (forecast := _forecast(answer, known, day)) is not None]
    every = [newest, *past]
    return Soundness(
        answer_ms=seconds * _MS_PER_SECOND,
        not_finite=_leads([_is_not_finite(forecast) for forecast in every]),
        impossible=_leads([_is_impossible(forecast) for forecast in every]),
        disordered=_leads([_is_disordered(forecast) for forecast in every]),
        fingerprint=document.feature_fingerprint,
        dates=tuple(forecast.reference_date for forecast in past),
        rmse=_rmse(past, known.own),
    )


def _open(artifact: Artifact) -> tuple[Answer, ModelDocument]:
    document = ModelDocument.from_json(artifact.document)
    regressor = OnnxRegressor(artifact.onnx)
    check_regressor(document, regressor)
    return partial(make_forecast, document, regressor), document


def _newest(answer: Answer, known: ForecastInputs) -> tuple[VariableForecast, float]:
    """Return the forecast from the newest day that allows one, and the seconds it takes."""
    for day in reversed(known.own.dates.tolist()):
        if _forecast(answer, known, day) is None:  # the last days may lack an input
            continue
        seconds = []
        for _ in range(_TIMED_ANSWERS):
            # The thread's own time: that the machine is busy is no fault of the model.
            started = time.thread_time()
            forecast = answer(known, day)
            seconds.append(time.thread_time() - started)
        return forecast, min(seconds)
    raise NotEnoughData("There is no day in the history this model can forecast from.")


def _forecast(answer: Answer, known: ForecastInputs, day: date) -> VariableForecast | None:
    try:
        return answer(known, day)
    except NotEnoughData:
        return None


def _leads(wrong: Sequence[BoolArray]) -> tuple[int, ...]:
    """Return the leads at which any forecast is wrong."""
    anywhere = np.any(wrong, axis=0)
    return tuple(lead for lead, is_wrong in zip(LEAD_DAYS, anywhere, strict=True) if is_wrong)


def _is_not_finite(forecast: VariableForecast) -> BoolArray:
    """Say at which leads anything that is served is no number."""
    finite: BoolArray = np.all([np.isfinite(row) for row in _served(forecast)], axis=0)
    return ~finite


def _is_impossible(forecast: VariableForecast) -> BoolArray:
    # NaN is no number, and found as such: comparisons with it are false here.
    bounds = VARIABLES[forecast.variable]
    values = np.array([forecast.value, forecast.lower_95, forecast.upper_95])
    outside: BoolArray = np.any((values < bounds.lowest) | (values > bounds.highest), axis=0)
    if forecast.probability is not None:
        outside |= (forecast.probability < 0.0) | (forecast.probability > 1.0)
    return outside


def _is_disordered(forecast: VariableForecast) -> BoolArray:
    ladder = np.array(
        [
            forecast.lower_95,
            forecast.lower_80,
            forecast.value,
            forecast.upper_80,
            forecast.upper_95,
        ]
    )
    disordered: BoolArray = np.any(np.diff(ladder, axis=0) < 0.0, axis=0)
    return disordered


def _served(forecast: VariableForecast) -> list[FloatArray]:
    rows = [forecast.value, forecast.lower_80, forecast.upper_80]
    rows += [forecast.lower_95, forecast.upper_95]
    return rows if forecast.probability is None else [*rows, forecast.probability]


def _rmse(forecasts: Sequence[VariableForecast], own: DailyHistory) -> float:
    """Return the error of forecasts in the target series, of days that were observed since."""
    if not forecasts:
        return float("nan")
    errors = np.concatenate([_errors(forecast, own) for forecast in forecasts])
    # Whatever is no number has been found as such; the rest is compared.
    known = errors[np.isfinite(errors)]
    return sqrt(float(np.mean(known**2))) if known.size else float("nan")


def _errors(forecast: VariableForecast, own: DailyHistory) -> FloatArray:
    observed = own.on(forecast.variable, forecast.valid_dates)
    said = forecast.value if forecast.probability is None else forecast.probability
    errors: FloatArray = said - target_series(forecast.variable, observed)
    return errors

"""Serving: from a model document, a regressor and what is known to the next seven days."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from shared.errors import ArtifactRefused, NotEnoughData
from shared.forecasting.documents import ModelDocument
from shared.forecasting.features import build_newest_features, has_features
from shared.forecasting.inputs import ForecastInputs, Known, inputs_of
from shared.forecasting.model import FittedModel, Regressor
from shared.forecasting.model_parts import ModelParts
from shared.forecasting.variable_forecast import VariableForecast

__all__ = ["Regressor", "VariableForecast", "check_regressor", "make_forecast"]

#: Days up to the reference date that a forecast looks back on; more change nothing.
HISTORY_DAYS = 400

#: How far a regressor may be from the fitted model it stands for, in the target's unit.
PARITY_TOLERANCE = 1e-3


def make_forecast(
    document: ModelDocument, regressor: Regressor, known: Known, reference_date: date
) -> VariableForecast:
    """Forecast the seven days after a reference date from what was known on it.

    Where neighbours or guidance are missing or late, the first of the document's fallbacks that
    can do without them answers; `VariableForecast.feature_fingerprint` says which model did.

    Parameters
    ----------
    known : DailyHistory or ForecastInputs
        At least the `HISTORY_DAYS` up to the reference date, where there are so many; days after
        it are not looked at.

    Raises
    ------
    NotEnoughData
        The variable or an input was not observed on the reference date, or a long gap touches the
        days before it.
    """
    variable = document.variable
    first = reference_date - timedelta(days=HISTORY_DAYS)
    then = inputs_of(known).until(reference_date).since(first)
    if then.own.n_days == 0 or then.own.last_date != reference_date:
        raise NotEnoughData(f"No {variable} forecast from {reference_date}: it was not observed.")
    for parts, answering in _ladder(document, regressor):
        forecast = _forecast(parts, answering, then, reference_date)
        if forecast is not None:
            return forecast
    raise NotEnoughData(f"No {variable} forecast from {reference_date}: days up to it are missing.")


def _ladder(
    document: ModelDocument, regressor: Regressor
) -> Iterator[tuple[ModelParts, Regressor]]:
    """Yield the model, then its fallbacks, each of which looks at less."""
    yield document, regressor
    for fallback in document.fallbacks:
        yield fallback, fallback.linear


def _forecast(
    parts: ModelParts, regressor: Regressor, known: ForecastInputs, reference_date: date
) -> VariableForecast | None:
    """Return a model's forecast, or None if it cannot be made of what is known."""
    features = build_newest_features(parts.specification, parts.baseline, known)
    if not has_features(features).all():
        return None
    dates = np.array([reference_date], "datetime64[D]")
    first_guess = parts.baseline.first_guess(known, dates)
    model = FittedModel(parts.specification, parts.baseline, regressor)
    target = model.forecast(dates, features, first_guess)[0]
    if parts.calibration is not None:
        target = parts.calibration.apply(target)
    return VariableForecast.of_target(
        parts.variable,
        reference_date,
        target,
        parts.uncertainty,
        feature_fingerprint=parts.feature_fingerprint,
    )


def check_regressor(document: ModelDocument, regressor: Regressor) -> None:
    """Check that a loaded regressor answers as the fitted model did when it was stored.

    Raises
    ------
    ArtifactRefused
        It answers differently, in another shape, or not with finite numbers.
    """
    expected = np.array(document.smoke_test.outputs)
    answers = regressor.predict(np.array(document.smoke_test.features, np.float32))
    if answers.shape != expected.shape or not np.isfinite(answers).all():
        raise ArtifactRefused("The regressor's answers to its smoke test are unusable.")
    error = float(np.abs(answers - expected).max())
    if error > PARITY_TOLERANCE:
        raise ArtifactRefused(f"The regressor is {error:.4g} off its smoke test.")

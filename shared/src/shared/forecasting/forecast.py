"""Serving: from a model document, a regressor and a history to the next seven days."""

from datetime import date

import numpy as np

from shared.errors import ArtifactRefused, NotEnoughData
from shared.forecasting.documents import ModelDocument
from shared.forecasting.features import build_features, has_features
from shared.forecasting.history import DailyHistory
from shared.forecasting.model import FittedModel, Regressor
from shared.forecasting.series import target_series
from shared.forecasting.variable_forecast import VariableForecast

__all__ = ["Regressor", "VariableForecast", "check_regressor", "make_forecast"]

#: Days up to the reference date that a forecast looks back on; more change nothing.
HISTORY_DAYS = 400

#: How far a regressor may be from the fitted model it stands for, in the target's unit.
PARITY_TOLERANCE = 1e-3


def make_forecast(
    document: ModelDocument, regressor: Regressor, history: DailyHistory, reference_date: date
) -> VariableForecast:
    """Forecast the seven days after a reference date from what was known on it.

    Parameters
    ----------
    history : DailyHistory
        At least the `HISTORY_DAYS` up to the reference date, where there are so many; days after
        it are not looked at.

    Raises
    ------
    NotEnoughData
        The variable or an input was not observed on the reference date, or a long gap touches the
        days before it.
    """
    variable = document.variable
    known = history.until(reference_date)
    if known.n_days == 0 or known.last_date != reference_date:
        raise NotEnoughData(f"No {variable} forecast from {reference_date}: it was not observed.")
    features = build_features(document.specification, document.baseline, known)[-1:]
    if not has_features(features).all():
        raise NotEnoughData(
            f"No {variable} forecast from {reference_date}: days up to it are missing."
        )
    model = FittedModel(document.specification, document.baseline, regressor)
    dates = np.array([reference_date], "datetime64[D]")
    series = target_series(variable, known.column(variable)[-1:])
    target = model.forecast(dates, series, features)[0]
    return VariableForecast.of_target(variable, reference_date, target, document.uncertainty)


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

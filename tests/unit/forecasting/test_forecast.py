"""Serving: a document, a regressor and a history become seven days with intervals."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from shared.errors import ArtifactRefused, NotEnoughData
from shared.forecasting.arrays import Float32Array, FloatArray
from shared.forecasting.forecast import HISTORY_DAYS, check_regressor, make_forecast
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import FORECAST_VARIABLES, VARIABLES, Variable
from tests.support.models import make_document
from tests.support.weather import made_up_history

HISTORY = made_up_history(days=1000)
LAST = HISTORY.last_date
MAXIMUM = Variable.TEMPERATURE_MAX


@dataclass
class Constant:
    """Answers seven times the same."""

    value: float
    n_outputs: int = 7

    def predict(self, features: Float32Array) -> FloatArray:
        return np.full((len(features), self.n_outputs), self.value)


@pytest.mark.parametrize("variable", FORECAST_VARIABLES)
def test_forecast_is_seven_days_inside_their_intervals(variable: Variable) -> None:
    document, _ = make_document(HISTORY, variable)
    forecast = make_forecast(document, Constant(0.0), HISTORY, LAST)
    assert forecast.variable is variable
    assert [day.item() for day in forecast.valid_dates] == [
        LAST + timedelta(days=lead) for lead in range(1, 8)
    ]
    series = [
        forecast.lower_95,
        forecast.lower_80,
        forecast.value,
        forecast.upper_80,
        forecast.upper_95,
    ]
    for lower, upper in pairwise(series):
        assert (lower <= upper).all()
    assert np.isfinite(series).all()


def test_nothing_learned_is_damped_persistence() -> None:
    document, _ = make_document(HISTORY, MAXIMUM)
    forecast = make_forecast(document, Constant(0.0), HISTORY, LAST)
    expected = document.baseline.damped_persistence.forecast(
        HISTORY.dates[-1:], HISTORY.column(MAXIMUM)[-1:]
    )
    np.testing.assert_allclose(forecast.value, expected[0])
    warmer = make_forecast(document, Constant(1.5), HISTORY, LAST)
    np.testing.assert_allclose(warmer.value, forecast.value + 1.5)


def test_later_days_of_the_history_are_not_looked_at() -> None:
    document, _ = make_document(HISTORY, MAXIMUM)
    day = LAST - timedelta(days=40)
    known_then = make_forecast(document, Constant(0.0), HISTORY.until(day), day)
    known_now = make_forecast(document, Constant(0.0), HISTORY, day)
    assert known_then.value.tobytes() == known_now.value.tobytes()


def test_more_history_than_is_looked_back_on_changes_nothing() -> None:
    document, _ = make_document(HISTORY, Variable.PRECIPITATION)
    recent = DailyHistory(
        HISTORY.dates[-HISTORY_DAYS].item(),
        {name: column[-HISTORY_DAYS:] for name, column in HISTORY.values.items()},
    )
    long, short = (make_forecast(document, Constant(0.0), h, LAST) for h in (HISTORY, recent))
    np.testing.assert_array_equal(long.value, short.value)


def test_rain_comes_with_a_probability_and_never_negative() -> None:
    document, _ = make_document(HISTORY, Variable.PRECIPITATION)
    for value in (-5.0, 0.0, 5.0):
        forecast = make_forecast(document, Constant(value), HISTORY, LAST)
        assert forecast.probability is not None
        assert (forecast.probability > 0.0).all()
        assert (forecast.probability < 1.0).all()
        assert (forecast.lower_95 >= 0.0).all()


def test_wind_is_never_negative() -> None:
    document, _ = make_document(HISTORY, Variable.WIND_SPEED_MAX)
    forecast = make_forecast(document, Constant(-100.0), HISTORY, LAST)
    assert (forecast.value == 0.0).all()
    assert (forecast.lower_95 == 0.0).all()


def test_a_runaway_regressor_stays_inside_what_is_physically_possible() -> None:
    document, _ = make_document(HISTORY, MAXIMUM)
    forecast = make_forecast(document, Constant(1e6), HISTORY, LAST)
    assert forecast.upper_95.max() == VARIABLES[MAXIMUM].highest


@pytest.mark.parametrize("day", [LAST + timedelta(days=1), date(1990, 1, 1)])
def test_a_reference_date_outside_the_history_has_no_forecast(day: date) -> None:
    document, _ = make_document(HISTORY, MAXIMUM)
    with pytest.raises(NotEnoughData):
        make_forecast(document, Constant(0.0), HISTORY, day)


def test_an_unobserved_reference_date_has_no_forecast() -> None:
    document, _ = make_document(HISTORY, MAXIMUM)
    column = HISTORY.column(Variable.TEMPERATURE_MIN).copy()
    column[-1] = np.nan
    gappy = replace(HISTORY, values={**HISTORY.values, Variable.TEMPERATURE_MIN: column})
    with pytest.raises(NotEnoughData, match="temperature_2m_max"):
        make_forecast(document, Constant(0.0), gappy, LAST)


def test_regressor_must_answer_as_the_fitted_model_did() -> None:
    document, _ = make_document(HISTORY, MAXIMUM, constant=2.0)
    check_regressor(document, Constant(2.0005))
    for other in (Constant(2.01), Constant(np.nan), Constant(2.0, n_outputs=1)):
        with pytest.raises(ArtifactRefused):
            check_regressor(document, other)

"""The references: what they forecast, and what is served while there is no champion."""

from datetime import date

import numpy as np
import pytest

from shared.errors import NotEnoughData
from shared.forecasting.climatology import HarmonicClimatology
from shared.forecasting.history import DailyHistory
from shared.forecasting.references import (
    ClimatologyForecaster,
    DampedPersistenceForecaster,
    PersistenceForecaster,
    climatology_forecast,
)
from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from tests.support.weather import made_up_history

FLAT = HarmonicClimatology(coefficients=(10.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
DATES = np.datetime64("2020-01-01") + np.arange(3)


def test_persistence_repeats_the_last_value() -> None:
    forecast = PersistenceForecaster().forecast(DATES, np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(forecast, np.repeat([[1.0], [2.0], [3.0]], 7, axis=1))


def test_climatology_is_that_of_the_valid_dates() -> None:
    yearly = HarmonicClimatology(coefficients=(10.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    forecast = ClimatologyForecaster(climatology=yearly).forecast(DATES, np.zeros(3))
    np.testing.assert_allclose(forecast[0], yearly.at(DATES[0] + np.arange(1, 8)))
    np.testing.assert_allclose(forecast[0, 1:], forecast[1, :-1])


def test_damping_of_an_autoregressive_series_is_the_power_of_its_coefficient() -> None:
    # An AR(1) series with coefficient 0.8 has the autocorrelation 0.8 ** lead.
    noise = np.random.default_rng(7).normal(size=20_000)
    series = np.zeros_like(noise)
    for day in range(1, noise.size):
        series[day] = 0.8 * series[day - 1] + noise[day]
    dates = np.datetime64("1970-01-01") + np.arange(series.size)
    fitted = DampedPersistenceForecaster.fit(FLAT, dates, series + 10.0)
    np.testing.assert_allclose(fitted.damping, 0.8 ** np.arange(1, 8), atol=0.03)


def test_damped_persistence_lets_the_anomaly_fade() -> None:
    damped = DampedPersistenceForecaster(
        climatology=FLAT, damping=(0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
    )
    forecast = damped.forecast(DATES[:1], np.array([15.0]))
    np.testing.assert_allclose(forecast, [[14.0, 13.0, 12.5, 12.0, 11.5, 11.0, 10.5]])


def test_an_anomaly_that_turns_over_is_not_followed() -> None:
    alternating = 10.0 + np.tile([1.0, -1.0], 200)
    dates = np.datetime64("2020-01-01") + np.arange(400)
    assert DampedPersistenceForecaster.fit(FLAT, dates, alternating).damping[0] == 0.0


@pytest.mark.parametrize("variable", FORECAST_VARIABLES)
def test_climatology_is_served_with_intervals_and_never_looks_ahead(variable: Variable) -> None:
    history, day = made_up_history(), date(2026, 6, 30)
    served = climatology_forecast(history, variable, day)
    np.testing.assert_array_equal(
        served.value, climatology_forecast(history.until(day), variable, day).value
    )
    assert served.valid_dates[0] == np.datetime64("2026-07-01")
    assert (served.lower_95 <= served.lower_80).all()
    assert (served.lower_80 <= served.value).all()
    assert (served.value <= served.upper_80).all()
    assert (served.upper_80 <= served.upper_95).all()
    assert (served.probability is not None) == (variable is Variable.PRECIPITATION)


def test_climatology_is_served_for_a_reference_date_beyond_the_last_observation() -> None:
    history = made_up_history(last_date=date(2026, 6, 30))
    served = climatology_forecast(history, Variable.TEMPERATURE_MAX, date(2026, 8, 15))
    assert served.valid_dates[0] == np.datetime64("2026-08-16")
    assert np.isfinite(served.value).all()


def test_three_weeks_are_not_enough_for_a_climatology() -> None:
    history = DailyHistory(date(2026, 1, 1), {Variable.TEMPERATURE_MAX: np.ones(21)})
    with pytest.raises(NotEnoughData):
        climatology_forecast(history, Variable.TEMPERATURE_MAX, date(2026, 1, 21))

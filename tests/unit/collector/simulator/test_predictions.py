"""Simulated predictions: better than climatology, worse with the lead, consistent by the hour."""

from datetime import date

import numpy as np
import pytest

from collector.simulator.climate import MARRAKECH
from collector.simulator.hours import hourly
from collector.simulator.predictions import predict
from collector.simulator.weather import simulate
from shared.forecasting.variables import LEAD_DAYS, WET_DAY_MM, Variable

FIRST, LAST = date(2018, 1, 1), date(2025, 12, 31)


def test_without_a_lead_the_prediction_is_the_truth() -> None:
    truth, *_ = predict([MARRAKECH], FIRST, LAST)
    days = simulate(MARRAKECH, FIRST, LAST)
    np.testing.assert_array_equal(truth.high[0], days[Variable.TEMPERATURE_MAX])
    np.testing.assert_array_equal(truth.rain[0], days[Variable.PRECIPITATION])


def test_errors_grow_with_the_lead() -> None:
    truth, *predicted = predict([MARRAKECH], FIRST, LAST)
    for part in ("high", "low", "wind"):
        errors = [np.std(getattr(one, part) - getattr(truth, part), axis=1)[0] for one in predicted]
        assert errors == sorted(errors), part
    assert len(predicted) == len(LEAD_DAYS)


def test_predictions_of_the_maximum_are_as_good_as_those_of_real_models() -> None:
    truth, *predicted = predict([MARRAKECH], FIRST, LAST)
    errors = [one.high - truth.high for one in predicted]
    unbiased = [np.abs(error - error.mean()).mean() for error in errors]
    # About 1 degC one day ahead and 3 degC seven days ahead; climatology has 3.6 here.
    assert unbiased[0] == pytest.approx(0.9, abs=0.2)
    assert unbiased[-1] == pytest.approx(2.9, abs=0.3)


def test_predicted_rain_says_less_the_longer_ahead() -> None:
    truth, *predicted = predict([MARRAKECH], FIRST, LAST)
    wet = truth.rain[0] >= WET_DAY_MM
    agreement = [np.corrcoef(wet, one.rain[0] >= WET_DAY_MM)[0, 1] for one in predicted]
    assert agreement[0] > 0.75
    assert 0.4 < agreement[-1] < 0.75
    assert all(one.rain.mean() == pytest.approx(truth.rain.mean(), rel=0.4) for one in predicted)


def test_a_day_has_the_same_predictions_in_whatever_range() -> None:
    long, short = (
        predict([MARRAKECH], first, date(2024, 3, 10)) for first in (FIRST, date(2024, 3, 10))
    )
    for lead in range(len(LEAD_DAYS) + 1):
        for whole, part in zip(long[lead], short[lead], strict=True):
            np.testing.assert_allclose(whole[:, -1:], part, atol=1e-9)


@pytest.mark.parametrize("longitude", [-179.0, -8.0, 0.0, 77.2, 179.0])
def test_hours_add_up_to_the_day(longitude: float) -> None:
    place = MARRAKECH._replace(longitude=longitude)
    for predicted in predict([place], date(2024, 1, 1), date(2024, 12, 31)):

        def by_day(quantity: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
            return hourly(quantity, predicted, [place]).reshape(-1, 24)  # noqa: B023 - used at once

        temperature = by_day("temperature_2m")
        mean = predicted.low + predicted.position * (predicted.high - predicted.low)
        np.testing.assert_allclose(temperature.max(axis=1), predicted.high[0], atol=0.051)
        np.testing.assert_allclose(temperature.min(axis=1), predicted.low[0], atol=0.051)
        np.testing.assert_allclose(temperature.mean(axis=1), mean[0], atol=0.06)
        np.testing.assert_allclose(
            by_day("precipitation").sum(axis=1), predicted.rain[0], atol=0.051
        )
        assert by_day("precipitation").min() >= 0
        np.testing.assert_allclose(
            by_day("wind_speed_10m").max(axis=1), predicted.wind[0], atol=0.051
        )

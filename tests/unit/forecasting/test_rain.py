"""Amounts of rain: a mixture of wet and dry days, consistent with the probability."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import NotEnoughData
from shared.forecasting.arrays import FloatArray
from shared.forecasting.rain import RainAmounts
from shared.forecasting.variables import WET_DAY_MM

DATES = np.datetime64("2018-01-01") + np.arange(6 * 365)
JANUARY = np.full(1, np.datetime64("2025-01-15"))
ROUNDING = 1e-9
JULY = np.full(1, np.datetime64("2025-07-15"))


def amounts() -> FloatArray:
    """Return six years: wet winters with 10 mm a wet day, summers of drizzle."""
    random = np.random.default_rng(4)
    months = DATES.astype("datetime64[M]").astype(int) % 12
    is_winter = (months <= 2) | (months >= 9)
    wet = random.random(DATES.size) < np.where(is_winter, 0.3, 0.02)
    return np.where(wet, 1.0 + random.exponential(9.0, DATES.size), random.uniform(0, 0.5))


RAIN = RainAmounts.fit(DATES, amounts())


def test_expected_amount_is_that_of_wet_and_dry_days_by_their_probability() -> None:
    dry = RAIN.expected(np.array([0.0]), JANUARY)
    wet = RAIN.expected(np.array([1.0]), JANUARY)
    assert wet == pytest.approx([10.0], abs=1.5)  # 1 mm and an exponential of 9 mm
    half = RAIN.expected(np.array([0.5]), JANUARY)
    assert half == pytest.approx((dry + wet) / 2)


@given(st.floats(0.005, 0.995), st.floats(0.01, 0.98))
def test_quantiles_grow_with_level_and_with_probability(probability: float, level: float) -> None:
    here = RAIN.quantile(np.array([probability]), JANUARY, level)[0]
    assert here >= 0.0
    assert RAIN.quantile(np.array([probability]), JANUARY, level + 0.01)[0] >= here - ROUNDING
    assert (
        RAIN.quantile(np.array([min(probability + 0.01, 0.999)]), JANUARY, level)[0]
        >= here - ROUNDING
    )


@given(st.floats(0.01, 0.99))
def test_a_wet_day_is_as_likely_as_its_probability_says(probability: float) -> None:
    given_probability = np.array([probability])
    below = RAIN.quantile(given_probability, JANUARY, 1.0 - probability - 0.005)
    above = RAIN.quantile(given_probability, JANUARY, 1.0 - probability + 0.005)
    assert below < WET_DAY_MM <= above


def test_interval_of_a_likely_dry_day_starts_at_nothing() -> None:
    bounds = RAIN.bounds(np.array([0.1]), JANUARY)
    assert bounds["lower_80"] == [0.0]
    assert bounds["upper_80"] < WET_DAY_MM
    assert bounds["upper_95"] > WET_DAY_MM


def test_interval_of_a_surely_wet_day_does_not() -> None:
    assert RAIN.bounds(np.array([0.99]), JANUARY)["lower_80"] >= WET_DAY_MM


def test_a_season_without_wet_days_borrows_those_of_the_year() -> None:
    no_summer_rain = np.where(amounts() >= WET_DAY_MM, amounts(), 0.0)
    months = DATES.astype("datetime64[M]").astype(int) % 12
    no_summer_rain[(months >= 4) & (months <= 8)] = 0.0
    rain = RainAmounts.fit(DATES, no_summer_rain)
    assert rain.expected(np.array([1.0]), JULY) == pytest.approx([10.0], abs=1.5)


@pytest.mark.parametrize("amount", [0.0, 5.0])
def test_one_kind_of_days_only_is_not_enough(amount: float) -> None:
    with pytest.raises(NotEnoughData):
        RainAmounts.fit(DATES, np.full(DATES.size, amount))

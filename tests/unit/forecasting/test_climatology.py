"""The climatology: a smooth yearly course from whatever days there are."""

import numpy as np
import pytest

from shared.errors import NotEnoughData
from shared.forecasting.arrays import DateArray
from shared.forecasting.climatology import DAYS_PER_YEAR, HarmonicClimatology, seasonal_harmonics


def days(first: str, n_days: int) -> DateArray:
    return np.datetime64(first) + np.arange(n_days)


def test_finds_the_course_a_series_was_made_of() -> None:
    dates = days("2015-01-01", 3 * 365)
    coefficients = np.array([20.0, 3.0, -8.0, 0.5, 0.0, 0.0, 0.25])
    series = coefficients[0] + seasonal_harmonics(dates, 3) @ coefficients[1:]
    fitted = HarmonicClimatology.fit(dates, series)
    np.testing.assert_allclose(fitted.coefficients, coefficients, atol=0.05)  # the penalty's share


def test_missing_days_are_left_out() -> None:
    dates = days("2015-01-01", 4 * 365)
    series = 10.0 + seasonal_harmonics(dates, 1)[:, 0]
    gappy = series.copy()
    gappy[100:500] = np.nan
    whole, holed = (HarmonicClimatology.fit(dates, values) for values in (series, gappy))
    np.testing.assert_allclose(whole.at(dates), holed.at(dates), atol=0.02)


def test_the_year_repeats() -> None:
    dates = days("2015-01-01", 800)
    fitted = HarmonicClimatology.fit(dates, np.random.default_rng(1).normal(size=800))
    a_century_on = dates + round(100 * DAYS_PER_YEAR)
    np.testing.assert_allclose(fitted.at(dates), fitted.at(a_century_on), atol=0.01)


def test_a_few_weeks_do_not_swing_through_the_rest_of_the_year() -> None:
    dates = days("2024-01-01", 60)
    series = 10.0 + np.random.default_rng(1).normal(size=60)
    whole_year = HarmonicClimatology.fit(dates, series).at(days("2024-01-01", 366))
    assert np.abs(whole_year - 10.0).max() < 10.0


def test_the_course_keeps_to_its_bounds() -> None:
    dates = days("2015-01-01", 800)
    series = np.where(seasonal_harmonics(dates, 1)[:, 0] > 0.7, 1.0, 0.0)
    course = HarmonicClimatology.fit(dates, series, lowest=0.01, highest=0.99).at(dates)
    assert course.min() == 0.01
    assert course.max() <= 0.99


def test_fewer_than_thirty_days_are_no_climatology() -> None:
    series = np.full(40, np.nan)
    series[:29] = 1.0
    with pytest.raises(NotEnoughData):
        HarmonicClimatology.fit(days("2024-01-01", 40), series)

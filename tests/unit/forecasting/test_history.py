"""A history: consecutive days, NaN where missing, and nothing after a day one asks for."""

from datetime import date

import numpy as np
import pytest

from shared.errors import NotEnoughData
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable

MAXIMUM, RAIN = Variable.TEMPERATURE_MAX, Variable.PRECIPITATION
FIRST, LAST = date(2024, 2, 27), date(2024, 3, 2)


def gappy() -> DailyHistory:
    return DailyHistory.from_days({LAST: {MAXIMUM: 20.0, RAIN: None}, FIRST: {MAXIMUM: 18.0}})


def test_days_between_are_missing() -> None:
    history = gappy()
    assert history.n_days == 5  # 27, 28, 29 February of a leap year, 1, 2 March
    np.testing.assert_array_equal(history.column(MAXIMUM), [18.0, np.nan, np.nan, np.nan, 20.0])
    assert np.isnan(history.column(RAIN)).all()
    assert (history.dates[0], history.dates[-1]) == (np.datetime64(FIRST), np.datetime64(LAST))
    assert history.last_date == LAST


def test_a_variable_the_site_does_not_have_is_missing_throughout() -> None:
    history = DailyHistory(FIRST, {MAXIMUM: np.array([1.0, 2.0])})
    assert np.isnan(history.column(RAIN)).all()
    assert history.column(RAIN).shape == (2,)


def test_until_drops_every_later_day() -> None:
    until = gappy().until(date(2024, 2, 29))
    assert until.last_date == date(2024, 2, 29)
    np.testing.assert_array_equal(until.column(MAXIMUM), [18.0, np.nan, np.nan])
    assert gappy().until(date(2020, 1, 1)).n_days == 0
    assert gappy().until(date(2030, 1, 1)).last_date == LAST


def test_arrays_cannot_be_written_to() -> None:
    values = np.array([1.0, 2.0])
    history = DailyHistory(FIRST, {MAXIMUM: values})
    with pytest.raises(ValueError, match="read-only"):
        history.column(MAXIMUM)[0] = 99.0
    values[0] = 99.0
    assert history.column(MAXIMUM)[0] == 1.0


def test_no_day_is_no_history() -> None:
    with pytest.raises(NotEnoughData):
        DailyHistory.from_days({})


def test_variables_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="same number of days"):
        DailyHistory(FIRST, {MAXIMUM: np.zeros(2), RAIN: np.zeros(3)})


def test_content_hash_is_that_of_the_observations() -> None:
    history = gappy()
    same = DailyHistory(FIRST, {MAXIMUM: np.array([18.0, np.nan, np.nan, np.nan, 20.0])})
    assert history.content_hash() == same.content_hash()
    assert history.content_hash() != history.until(date(2024, 3, 1)).content_hash()
    moved = DailyHistory(date(2024, 2, 28), same.values)
    assert moved.content_hash() != same.content_hash()
    renamed = DailyHistory(FIRST, {RAIN: same.column(MAXIMUM)})
    assert renamed.content_hash() != same.content_hash()

"""Marks: on whose days, and what they are worth."""

import numpy as np
import pytest

from benchmarks.skill.forecasts import Forecasts
from benchmarks.skill.scoring import crps, days_of_all, mark
from shared.forecasting.arrays import FloatArray
from tests.unit.benchmarks.weather import exam_of, made_up_maxima

EXAM = exam_of(made_up_maxima())


def around(value: FloatArray, *, narrow: float, wide: float) -> Forecasts:
    return Forecasts(value, value - wide, value - narrow, value + narrow, value + wide)


def test_days_count_only_if_everybody_forecast_them() -> None:
    value = EXAM.observed.copy()
    gappy = value.copy()
    gappy[3, 6] = np.nan
    answers = {
        "whole": around(value, narrow=1.0, wide=2.0),
        "gappy": around(gappy, narrow=1.0, wide=2.0),
    }
    assert np.flatnonzero(~days_of_all(EXAM, answers)).tolist() == [3]


def test_marks_are_the_usual_scores() -> None:
    days = np.ones(len(EXAM.observed), bool)
    marks = mark(around(EXAM.observed + 1.5, narrow=1.0, wide=2.0), EXAM.observed, days)
    np.testing.assert_allclose(marks.mae, 1.5)
    assert marks.rmse == pytest.approx(1.5)
    assert marks.coverage_80.tolist() == [0.0] * 7
    assert marks.coverage_95.tolist() == [1.0] * 7


def test_crps_of_a_point_is_its_error_and_of_two_intervals_as_in_bracher_et_al() -> None:
    value, seen = np.full((1, 7), 20.0), np.full((1, 7), 23.0)
    point = around(value, narrow=0.0, wide=0.0)
    # (0.5 * 3 + 3 + 3) / 2.5: a forecast without spread is scored by its absolute error.
    np.testing.assert_allclose(crps(point, seen), 3.0)
    spread = around(value, narrow=2.0, wide=4.0)
    # Median 1.5; 80 %: 0.1 of the width 4, and 1 outside; 95 %: 0.025 of the width 8; over 2.5.
    np.testing.assert_allclose(crps(spread, seen), 1.24)


def test_forecasts_come_back_from_the_cache_as_they_were() -> None:
    forecasts = around(EXAM.observed, narrow=1.0, wide=2.0)
    again = Forecasts.from_npz(forecasts.to_npz())
    np.testing.assert_array_equal(again.upper_95, forecasts.upper_95)
    np.testing.assert_array_equal(again.value, forecasts.value)

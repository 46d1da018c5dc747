"""Marks: on whose days, and what they are worth."""

import numpy as np
import pytest

from benchmarks.skill.forecasts import Forecasts
from benchmarks.skill.scoring import days_of_all, mark
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


def test_intervals_of_others_hold_as_many_of_their_past_errors_as_they_should() -> None:
    errors = np.random.default_rng(1).normal(size=(400, 7))
    errors[5, 2] = np.nan  # not observed
    value = np.zeros((1, 7))
    forecasts = Forecasts.around(value, errors)
    inside = (forecasts.lower_80 <= errors) & (errors <= forecasts.upper_80)
    assert 0.8 <= inside[~np.isnan(errors).any(axis=1)].mean() < 0.81
    assert (forecasts.lower_95 < forecasts.lower_80).all()
    assert (forecasts.upper_80 < forecasts.upper_95).all()


def test_forecasts_come_back_from_the_cache_as_they_were() -> None:
    forecasts = around(EXAM.observed, narrow=1.0, wide=2.0)
    again = Forecasts.from_npz(forecasts.to_npz())
    np.testing.assert_array_equal(again.upper_95, forecasts.upper_95)
    np.testing.assert_array_equal(again.value, forecasts.value)

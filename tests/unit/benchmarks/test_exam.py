"""The exam: what may be learned from, what is asked, and who counts as a neighbour."""

from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.skill.exam import LONGEST_HISTORY, TEST_DAYS, days_of, set_exams
from benchmarks.skill.places import Place
from benchmarks.skill.references import bridged, reference_forecasts
from shared.forecasting.arrays import FloatArray
from shared.forecasting.history import DailyHistory
from shared.forecasting.sphere import Position
from shared.forecasting.variables import Variable
from tests.unit.benchmarks.weather import FIRST_DAY, N_DAYS, exam_of, history_of, made_up_maxima

HERE = Position(47.0, 8.0)


def place(name: str, history: DailyHistory, group: str = "", position: Position = HERE) -> Place:
    return Place(name, position, history, group, is_simulated=False)


def later(maxima: FloatArray, *, by: float) -> FloatArray:
    """Return maxima that change after the cutoff."""
    changed = maxima.copy()
    changed[N_DAYS - TEST_DAYS :] += by
    return changed


def test_every_day_asked_for_lies_in_the_last_year() -> None:
    exam = exam_of(made_up_maxima())
    assert exam.cutoff == FIRST_DAY + timedelta(days=N_DAYS - 1 - TEST_DAYS)
    assert exam.reference_dates[0].item() == exam.cutoff
    assert exam.reference_dates[-1].item() + timedelta(days=7) == exam.history.last_date
    assert exam.observed.shape == (TEST_DAYS - 6, 7)


def test_references_learn_nothing_from_the_last_year() -> None:
    maxima = made_up_maxima()
    usual, changed = (
        reference_forecasts(exam_of(series)) for series in (maxima, later(maxima, by=9.0))
    )
    for name in usual:
        # The first reference date is the cutoff: all it rests on is the same.
        np.testing.assert_array_equal(usual[name].value[0], changed[name].value[0])
        np.testing.assert_array_equal(usual[name].upper_80[0], changed[name].upper_80[0])
    np.testing.assert_array_equal(usual["climatology"].value, changed["climatology"].value)


def test_gaps_are_bridged_from_the_past_alone() -> None:
    maxima = made_up_maxima()
    maxima[1300:1310] = np.nan
    usual, changed = bridged(exam_of(maxima)), bridged(exam_of(later(maxima, by=0.0)))
    maxima[1310:] += 9.0
    after = bridged(exam_of(maxima))
    assert np.isfinite(usual).all()
    np.testing.assert_array_equal(usual, changed)
    np.testing.assert_array_equal(usual[:1310], after[:1310])


def test_near_places_of_one_source_and_period_are_neighbours() -> None:
    near = place("near", history_of(made_up_maxima(seed=2)), "A", Position(46.0, 8.0))
    far = place("far", history_of(made_up_maxima(seed=3)), "A", Position(65.0, 8.0))
    other_source = place("other source", history_of(made_up_maxima(seed=4)), "B")
    long_ago = place("long ago", history_of(made_up_maxima(seed=5), date(1980, 1, 1)), "A")
    here = place("here", history_of(made_up_maxima()), "A")
    exams = {e.place: e for e in set_exams([near, far, other_source, long_ago, here])}
    [neighbour] = exams["here"].known.neighbours
    assert neighbour.place_id == "near"
    assert neighbour.bearing_degrees == pytest.approx(180.0)
    assert neighbour.distance_km == pytest.approx(111.2, abs=0.1)  # a degree of latitude
    for lonely in ("far", "other source", "long ago"):
        assert exams[lonely].known.neighbours == ()


def test_neighbour_is_cut_and_filled_up_to_the_days_of_the_place() -> None:
    longer = history_of(np.arange(10.0), date(2020, 1, 1))
    cut = days_of(longer, date(2020, 1, 4), date(2020, 1, 6))
    filled = days_of(longer, date(2019, 12, 31), date(2020, 1, 11))
    maximum = Variable.TEMPERATURE_MAX
    assert (cut.first_date, cut.column(maximum).tolist()) == (date(2020, 1, 4), [3.0, 4.0, 5.0])
    assert filled.n_days == 12
    assert np.isnan(filled.column(maximum)[[0, -1]]).all()


def test_only_as_much_history_is_given_as_the_trainer_would_look_at() -> None:
    old = place("old", history_of(np.zeros(9000), date(1990, 1, 1)))
    [exam] = set_exams([old])
    assert exam.history.n_days == LONGEST_HISTORY.days + 1
    assert exam.history.last_date == old.history.last_date


def test_all_temperatures_are_asked_of_marrakech_alone() -> None:
    exams = set_exams([place(name, history_of(made_up_maxima())) for name in ("fes", "marrakech")])
    assert [exam.name for exam in exams] == [
        "fes max",
        "marrakech max",
        "marrakech min",
        "marrakech mean",
    ]

"""The exam: what may be learned from, what is asked, and who counts as a neighbour."""

from datetime import date, timedelta

import numpy as np

from benchmarks.skill.exam import LONGEST_HISTORY, TEST_DAYS, days_of, set_exams
from benchmarks.skill.places import Place
from benchmarks.skill.references import bridged, reference_forecasts
from shared.forecasting.arrays import FloatArray
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.unit.benchmarks.weather import FIRST_DAY, N_DAYS, exam_of, history_of, made_up_maxima


def place(name: str, history: DailyHistory, group: str = "") -> Place:
    return Place(name, history, group, is_simulated=False)


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


def test_places_of_one_source_and_period_are_neighbours() -> None:
    near = place("near", history_of(made_up_maxima(seed=2)), group="A")
    elsewhere = place("elsewhere", history_of(made_up_maxima(seed=3)), group="B")
    long_ago = place("long ago", history_of(made_up_maxima(seed=4), date(1980, 1, 1)), group="A")
    here = place("here", history_of(made_up_maxima()), group="A")
    exams = {exam.place: exam for exam in set_exams([near, elsewhere, long_ago, here])}
    assert exams["here"].neighbours.keys() == {"near"}
    assert exams["elsewhere"].neighbours == {}
    assert exams["long ago"].neighbours == {}


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

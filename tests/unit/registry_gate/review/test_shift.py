"""Drift: found where a sensor moves, quiet through years in which nothing does."""

from datetime import date, timedelta

import numpy as np
import pytest

from registry_gate.review.gathering import TELL_AGAIN_AFTER
from registry_gate.review.shift import find_shift, shift_of_observations, unexplained
from shared.forecasting.arrays import FloatArray
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs, Neighbour
from shared.forecasting.variables import Variable

MAX = Variable.TEMPERATURE_MAX
FIRST = date(2019, 1, 1)
#: Enough for a climatology before the four years that are watched.
LEARNT, WATCHED = 1096, 4 * 365 + 1
SHIFTED_ON = LEARNT + 500


def autoregressive(rng: np.random.Generator, days: int, persistence: float = 0.7) -> FloatArray:
    """Return a series of unit variance in which a share of each day is left the next."""
    noise = rng.normal(size=days) * np.sqrt(1.0 - persistence**2)
    series = np.zeros(days)
    series[0] = rng.normal()
    for day in range(1, days):
        series[day] = persistence * series[day - 1] + noise[day]
    return series


def region(
    seed: int, *, shift: float = 0.0, heat: float = 0.0, missing_every: int = 0
) -> ForecastInputs:
    """Return a site whose neighbours say what it should read, but for a degree or less.

    From one day on its sensor reads `shift` too much, or the region is `heat` warmer for a month;
    of the last year every so many days of the neighbours may be missing.
    """
    rng = np.random.default_rng(seed)
    days = LEARNT + WATCHED
    season = 25.0 + 9.0 * np.sin(2.0 * np.pi * np.arange(days) / 365.25)
    common = 3.0 * autoregressive(rng, days)
    common[SHIFTED_ON : SHIFTED_ON + 30] += heat
    own = season + common + 0.7 * autoregressive(rng, days, 0.4)
    own[SHIFTED_ON:] += shift
    neighbours = []
    for number in range(4):
        theirs = season + common + 0.9 * autoregressive(rng, days, 0.4)
        if missing_every:
            theirs[-365::missing_every] = np.nan
        history = DailyHistory(FIRST, {MAX: theirs})
        neighbours.append(Neighbour(f"near-{number}", 90.0 * number, 200.0, history))
    return ForecastInputs(DailyHistory(FIRST, {MAX: own}), neighbours)


def alarms(known: ForecastInputs, first: int, last: int) -> list[int]:
    """Return the days on which a daily review would tell of drift, none twice within two months."""
    told: list[int] = []
    for day in range(first, last):
        quiet = not told or day - told[-1] >= TELL_AGAIN_AFTER.days
        until = known.until(FIRST + timedelta(days=day)).since(
            FIRST + timedelta(days=max(day - LEARNT, 0))
        )
        if quiet and shift_of_observations(until, MAX) is not None:
            told.append(day)
    return told


@pytest.mark.parametrize("seed", range(3))
def test_four_years_without_change_bring_at_most_one_alarm_a_year(seed: int) -> None:
    assert len(alarms(region(seed), LEARNT, LEARNT + WATCHED)) <= 4


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("shift", [2.0, -2.0])
def test_sensor_that_shifts_by_two_degrees_is_found_within_thirty_days(
    seed: int, shift: float
) -> None:
    found = alarms(region(seed, shift=shift), SHIFTED_ON, SHIFTED_ON + 31)
    assert found, "no alarm within 30 days"


def test_what_is_found_says_how_far_the_sensor_moved() -> None:
    known = region(1, shift=2.0).until(FIRST + timedelta(days=SHIFTED_ON + 30))
    found = shift_of_observations(known, MAX)
    assert found is not None
    assert found.change == pytest.approx(2.0, abs=0.8)
    assert "differ by +" in found.sentence("observations")


def test_heat_wave_of_the_whole_region_is_no_fault_of_a_sensor() -> None:
    known = region(2, heat=5.0).until(FIRST + timedelta(days=SHIFTED_ON + 29))
    assert shift_of_observations(known, MAX) is None


def test_errors_that_leave_the_usual_and_stay_are_drift() -> None:
    rng = np.random.default_rng(5)
    errors = autoregressive(rng, 400, 0.4)
    assert find_shift(errors) is None
    errors[-25:] += 2.0
    found = find_shift(errors)
    assert found is not None
    assert found.effect_size > 0.8


def test_single_wild_day_is_no_drift() -> None:
    errors = autoregressive(np.random.default_rng(6), 400, 0.4)
    errors[-1] += 30.0
    assert find_shift(errors) is None


def test_without_half_a_year_before_there_is_nothing_to_compare_with() -> None:
    series = np.concatenate([np.zeros(100), np.full(25, 9.0)])
    assert find_shift(series) is None
    assert find_shift(np.full(0, np.nan)) is None
    assert find_shift(np.full(500, np.nan)) is None


def test_neighbours_that_are_often_missing_are_not_asked() -> None:
    known = region(3, missing_every=2)
    alone = ForecastInputs(known.own)
    np.testing.assert_allclose(unexplained(known, MAX), unexplained(alone, MAX))


def test_amounts_of_rain_do_not_drift() -> None:
    rain = Variable.PRECIPITATION
    known = ForecastInputs(DailyHistory(FIRST, {rain: np.zeros(800)}))
    assert shift_of_observations(known, rain) is None

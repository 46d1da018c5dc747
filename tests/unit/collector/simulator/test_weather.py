"""Simulated weather is possible, the same whenever it is asked for, and worth forecasting."""

import time
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.simulator.climate import MARRAKECH, FloatArray
from collector.simulator.shocks import shocks_of
from collector.simulator.weather import EPOCH, Days, autoregress, simulate, simulate_places
from collector.stand_in.query import Place
from shared.forecasting.variables import VARIABLES, WET_DAY_MM, Variable

FIRST, LAST = date(2000, 1, 1), date(2029, 12, 31)

places = st.builds(
    Place,
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    elevation=st.floats(-430, 5000),
)
dates = st.dates(EPOCH, date(2035, 12, 31))


@settings(max_examples=15)
@given(places)
def test_simulate_gives_possible_weather_everywhere(place: Place) -> None:
    days = simulate(place, date(2010, 1, 1), date(2019, 12, 31))
    for variable, values in days.items():
        assert np.isfinite(values).all()
        assert VARIABLES[variable].is_possible(values.min()), variable
        assert VARIABLES[variable].is_possible(values.max()), variable
    highest = days[Variable.TEMPERATURE_MAX]
    mean = days[Variable.TEMPERATURE_MEAN]
    assert (highest >= mean).all()
    assert (mean >= days[Variable.TEMPERATURE_MIN]).all()
    assert (days[Variable.WIND_GUSTS_MAX] >= days[Variable.WIND_SPEED_MAX]).all()


@settings(max_examples=50)
@given(st.tuples(dates, dates).map(sorted), st.tuples(dates, dates).map(sorted))
def test_simulate_gives_a_date_the_same_weather_in_whatever_range(
    one: list[date], other: list[date]
) -> None:
    first, last = max(one[0], other[0]), min(one[1], other[1])
    if first > last:
        return
    expected = simulate(MARRAKECH, first, last)
    for asked in (one, other):
        offset = (first - asked[0]).days
        days = simulate(MARRAKECH, asked[0], asked[1])
        for variable, values in expected.items():
            shared = days[variable][offset : offset + len(values)]
            np.testing.assert_array_equal(shared, values)


def test_simulate_has_not_changed() -> None:
    # A regression guard, not a truth: the values were drawn when the generator was calibrated.
    # A site collected before an upgrade must find the same past after it.
    day = simulate(MARRAKECH, date(2025, 3, 12), date(2025, 3, 12))
    assert {variable: float(values[0]) for variable, values in day.items()} == {
        Variable.TEMPERATURE_MAX: 28.0,
        Variable.TEMPERATURE_MIN: 9.1,
        Variable.TEMPERATURE_MEAN: 17.1,
        Variable.PRECIPITATION: 0.0,
        Variable.WIND_SPEED_MAX: 9.7,
        Variable.HUMIDITY_MEAN: 41.0,
        Variable.SURFACE_PRESSURE_MEAN: 963.8,
        Variable.WIND_GUSTS_MAX: 24.4,
        Variable.WIND_DIRECTION: 308.0,
        Variable.RADIATION: 18.43,
    }


def test_shocks_of_a_day_do_not_depend_on_the_days_asked_for() -> None:
    few, many = shocks_of(MARRAKECH, 500, 509), shocks_of(MARRAKECH, 0, 2000)
    np.testing.assert_allclose(few, many[500:510], rtol=0, atol=1e-12)


def test_shocks_are_independent_and_standard_normal() -> None:
    drawn = shocks_of(MARRAKECH, 0, 40_000).T
    # Standard errors: 0.005 of the mean, 0.0035 of the deviation, 0.005 of a correlation.
    assert np.abs(drawn.mean(axis=1)).max() < 0.02
    assert np.abs(drawn.std(axis=1) - 1).max() < 0.015
    assert np.abs(np.corrcoef(drawn) - np.eye(len(drawn))).max() < 0.025


def test_shocks_of_one_day_say_next_to_nothing_of_the_next() -> None:
    for series in shocks_of(MARRAKECH, 0, 40_000).T:
        assert abs(np.corrcoef(series[1:], series[:-1])[0, 1]) < 0.05


def test_neighbours_share_weather_systems_and_distant_places_do_not() -> None:
    def correlation(degrees_east: float) -> float:
        there = MARRAKECH._replace(longitude=MARRAKECH.longitude + degrees_east)
        return float(np.corrcoef(warmth(MARRAKECH), warmth(there))[0, 1])

    # Real Marrakech against Casablanca, 240 km away: about 0.8; a quarter of the earth away: none.
    assert 0.6 < correlation(2.5) < 0.95
    assert abs(correlation(90.0)) < 0.1


@pytest.mark.parametrize(("latitude", "upstream"), [(31.63, -5.0), (48.0, -6.0), (12.0, 5.0)])
def test_upstream_places_know_of_tomorrow(latitude: float, upstream: float) -> None:
    """What the ring of a site is for; upstream is west, but east in the trade winds."""
    centre = Place(latitude, -8.0, 100.0)
    here, above, below = (
        warmth(centre._replace(longitude=centre.longitude + degrees))
        for degrees in (0.0, upstream, -upstream)
    )
    # On real data neighbours take 10 to 20 % off the error of the next day's maximum.
    own = unexplained(here[2:], two_days([here]))
    with_upstream = unexplained(here[2:], two_days([here, above]))
    with_downstream = unexplained(here[2:], two_days([here, below]))
    assert 0.75 < np.abs(with_upstream).mean() / np.abs(own).mean() < 0.95
    assert np.abs(with_downstream).mean() > 0.98 * np.abs(own).mean()


def test_many_places_at_once_have_the_weather_each_has_alone() -> None:
    many = [MARRAKECH._replace(longitude=float(degrees)) for degrees in range(-60, 60)]
    together = simulate_places(many, date(2019, 12, 20), date(2025, 3, 1))
    for number in (0, 77, 119):
        alone = simulate(many[number], date(2019, 12, 20), date(2025, 3, 1))
        for variable, values in alone.items():
            np.testing.assert_array_equal(together[variable][number], values)


def test_simulate_has_no_seam_where_years_meet() -> None:
    """The step into a new year is like any other winter step."""
    days = np.arange(np.datetime64(EPOCH), np.datetime64("2030-01-01"))
    steps = np.abs(
        np.diff(simulate(MARRAKECH, EPOCH, date(2029, 12, 31))[Variable.TEMPERATURE_MAX])
    )
    month_day = np.array([str(day)[5:] for day in days[1:]])
    new_year, winter = steps[month_day == "01-01"], steps[np.char.startswith(month_day, "01-")]
    # About 90 steps with a spread near their mean: the standard error is a tenth of the mean.
    assert new_year.mean() == pytest.approx(winter.mean(), rel=0.35)


@pytest.mark.parametrize("asked", [(date(1939, 12, 31), LAST), (LAST, FIRST)])
def test_simulate_refuses_days_outside_its_world(asked: tuple[date, date]) -> None:
    with pytest.raises(ValueError, match="1940-01-01"):
        simulate(MARRAKECH, *asked)


def test_simulate_twenty_years_takes_well_under_a_second() -> None:
    unseen = Place(12.34, 56.78, 9.0)
    started = time.process_time()
    simulate(unseen, date(2005, 1, 1), date(2025, 1, 1))
    assert time.process_time() - started < 1.0  # of CPU; 0.1 s when this was written


def test_simulated_seasons_are_turned_round_in_the_south() -> None:
    south = Place(-MARRAKECH.latitude, MARRAKECH.longitude, MARRAKECH.elevation)
    here, there = monthly_means(MARRAKECH), monthly_means(south)
    assert here.argmax() in (6, 7)
    assert there.argmax() in (0, 1)


def test_simulated_weather_is_colder_higher_up_and_further_north() -> None:
    base = monthly_means(MARRAKECH).mean()
    higher = monthly_means(MARRAKECH._replace(elevation=1466.0)).mean()
    # 6.5 degC a kilometre, the standard atmosphere; the simulation repeats the same shocks.
    assert base - higher == pytest.approx(6.5, abs=0.1)
    by_latitude = [monthly_means(Place(latitude, 10.0, 100.0)) for latitude in (0, 25, 45, 65)]
    assert all(south.mean() > north.mean() for south, north in pairwise(by_latitude))
    assert all(np.ptp(south) < np.ptp(north) for south, north in pairwise(by_latitude))


def test_autoregress_is_the_recursion_it_says() -> None:
    # By hand: 1; 0.5; 0.25 + 0.2; 0.225 + 0.1.
    result = autoregress((0.5, 0.2), np.array([1.0, 0.0, 0.0, 0.0]))
    np.testing.assert_allclose(result, [1.0, 0.5, 0.45, 0.325])


def test_pressure_helps_to_forecast_tomorrow() -> None:
    """The learnable structure: a linear fit on pressure beats the variable's own past alone."""
    days = simulate(MARRAKECH, FIRST, LAST)
    own = anomalies(days)
    warmth, wind = own[Variable.TEMPERATURE_MAX], own[Variable.WIND_SPEED_MAX]
    pressure = own[Variable.SURFACE_PRESSURE_MEAN]
    wet = (days[Variable.PRECIPITATION] >= WET_DAY_MM) - climatological_wet_fraction(days)
    assert gain(warmth, [pressure]) > 0.05
    assert gain(wind, [pressure]) > 0.05
    assert gain(wet, [pressure]) > 0.03


def test_rain_and_wind_of_tomorrow_can_be_forecast_better_than_by_climatology() -> None:
    days = simulate(MARRAKECH, FIRST, LAST)
    own = anomalies(days)
    wet = (days[Variable.PRECIPITATION] >= WET_DAY_MM) - climatological_wet_fraction(days)
    inputs = [wet, own[Variable.SURFACE_PRESSURE_MEAN], own[Variable.TEMPERATURE_MAX]]
    # Skill against climatology (for rain: Brier); real Marrakech has about 0.14 one day ahead.
    assert 0.08 < skill(wet, inputs) < 0.3
    assert 0.15 < skill(own[Variable.WIND_SPEED_MAX], inputs) < 0.45


def monthly_means(place: Place) -> FloatArray:
    """Mean temperature of each month of thirty years."""
    days = np.arange(np.datetime64(FIRST), np.datetime64(LAST + timedelta(1)))
    month = days.astype("datetime64[M]").astype(int) % 12
    values = simulate(place, FIRST, LAST)[Variable.TEMPERATURE_MEAN]
    return np.array([values[month == number].mean() for number in range(12)])


def seasons(n_days: int) -> FloatArray:
    angle = 2 * np.pi * np.arange(n_days) / 365.2425
    waves = [wave(order * angle) for order in (1, 2, 3) for wave in (np.sin, np.cos)]
    return np.column_stack([np.ones(n_days), *waves])


def unexplained(target: FloatArray, inputs: FloatArray) -> FloatArray:
    """Return what a least-squares fit on the first two thirds leaves of the rest."""
    cut = 2 * len(target) // 3
    weights = np.linalg.lstsq(inputs[:cut], target[:cut])[0]
    left: FloatArray = target[cut:] - inputs[cut:] @ weights
    return left


def anomalies(days: Days) -> dict[Variable, FloatArray]:
    found = {}
    for variable, values in days.items():
        course = seasons(len(values))
        found[variable] = values - course @ np.linalg.lstsq(course, values)[0]
    return found


def warmth(place: Place) -> FloatArray:
    """Anomalies of a place's maximum, thirty years of them."""
    return anomalies(simulate(place, FIRST, LAST))[Variable.TEMPERATURE_MAX]


def climatological_wet_fraction(days: Days) -> FloatArray:
    wet = days[Variable.PRECIPITATION] >= WET_DAY_MM
    course = seasons(len(wet))
    fraction: FloatArray = course @ np.linalg.lstsq(course, wet.astype(float))[0]
    return fraction


def two_days(series: list[FloatArray]) -> FloatArray:
    """Today's and yesterday's values of each series, for each target day but the first two."""
    lags = [values[2 - lag : len(values) - lag] for values in series for lag in (1, 2)]
    return np.column_stack([np.ones(len(lags[0])), *lags])


def skill(target: FloatArray, inputs: list[FloatArray]) -> float:
    """Share of the climatology's squared error that two days of inputs remove, one day ahead."""
    left = unexplained(target[2:], two_days([target, *inputs]))
    return float(1 - (left**2).mean() / (target[2:][-len(left) :] ** 2).mean())


def gain(target: FloatArray, inputs: list[FloatArray]) -> float:
    """Share of the squared error of the target's own past that further inputs remove."""
    own = unexplained(target[2:], two_days([target]))
    more = unexplained(target[2:], two_days([target, *inputs]))
    return float(1 - (more**2).mean() / (own**2).mean())

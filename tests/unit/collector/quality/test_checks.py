"""Each check finds its own kind of fault, says so with numbers, and lets ordinary weather pass."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from collector.quality import CHECKS, Finding, context_of, find_faults
from collector.quality.steps import LIMITS
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import VARIABLES, Variable
from tests.support.sources import ordinary

MAX, MIN, MEAN = (
    Variable.TEMPERATURE_MAX,
    Variable.TEMPERATURE_MIN,
    Variable.TEMPERATURE_MEAN,
)
RAIN, WIND, GUSTS = Variable.PRECIPITATION, Variable.WIND_SPEED_MAX, Variable.WIND_GUSTS_MAX
FIRST = date(2026, 11, 1)
A_DAY = timedelta(days=1)


def days(n_days: int = 10, first: date = FIRST, /, **changed: Any) -> DailyHistory:  # noqa: ANN401 - values by name
    """Return ordinary days; `temperature_2m_max={3: 50.0}` changes single ones."""
    columns = {
        variable: np.array([ordinary(variable, first + n * A_DAY) for n in range(n_days)])
        for variable in Variable
    }
    for name, values in changed.items():
        for place, value in values.items():
            columns[Variable(name)][place] = value
    return DailyHistory(first, columns)


def found(offered: DailyHistory, known: DailyHistory | None = None) -> dict[str, list[Finding]]:
    """Return the findings by check."""
    by_check: dict[str, list[Finding]] = {}
    for finding in find_faults(offered, known):
        by_check.setdefault(finding.check, []).append(finding)
    return by_check


def test_ordinary_days_pass() -> None:
    assert find_faults(days(400)) == []


def test_every_check_says_what_it_does() -> None:
    assert [check.name for check in CHECKS] == ["bounds", "consistency", "step", "stuck", "climate"]
    assert {check.name: check.verdict for check in CHECKS if check.verdict != "held"} == {
        "climate": "flagged"
    }


@pytest.mark.parametrize("variable", Variable)
def test_value_outside_physical_bounds_is_held(variable: Variable) -> None:
    bounds = VARIABLES[variable]
    offered = days(**{variable.value: {3: bounds.highest + 1, 5: bounds.lowest - 1, 7: np.inf}})
    held = [one for one in find_faults(offered) if one.variable is variable]
    assert {(one.check, one.verdict, one.valid_date.day) for one in held} == {
        ("bounds", "held", 4),
        ("bounds", "held", 6),
        ("bounds", "held", 8),
    }


def test_reason_names_value_limits_and_unit() -> None:
    (finding,) = find_faults(days(temperature_2m_max={3: 70.0}))
    assert finding.reason == (
        "temperature_2m_max 70 °C is outside -90 to 60 °C, which no place on earth has seen"
    )


@pytest.mark.parametrize(
    ("changed", "accused"),
    [
        ({"temperature_2m_mean": {3: 30.0}}, {MEAN, MAX}),
        ({"temperature_2m_mean": {3: 8.0}}, {MEAN, MIN}),
        ({"temperature_2m_min": {3: 26.5}}, {MIN, MEAN, MAX}),
        ({"wind_gusts_10m_max": {3: 10.0}}, {WIND, GUSTS}),
    ],
    ids=["mean-above-max", "mean-below-min", "min-above-max", "gusts-below-wind"],
)
def test_values_that_cannot_all_be_true_are_all_held(
    changed: dict[str, dict[int, float]], accused: set[Variable]
) -> None:
    findings = found(days(**changed))
    assert findings.keys() == {"consistency"}
    assert {one.variable for one in findings["consistency"]} == accused


def test_rounding_is_no_contradiction() -> None:
    offered = days(temperature_2m_max={3: 18.0}, temperature_2m_mean={3: 18.1})
    assert find_faults(offered) == []


def test_impossible_value_accuses_no_other() -> None:
    findings = found(days(temperature_2m_max={3: -99.0}))
    assert findings.keys() == {"bounds"}


@pytest.mark.parametrize("variable", LIMITS)
def test_lonely_spike_is_held(variable: Variable) -> None:
    """Away from the day before and back on the next; the day after the spike is not accused."""
    limit = LIMITS[variable].both
    base = days()
    spike = float(base.values[variable][3]) - limit - 2.0
    columns = {variable: base.values[variable].copy()}
    columns[variable][3] = spike
    findings = found(DailyHistory(FIRST, columns))
    assert [(one.valid_date.day, one.variable) for one in findings["step"]] == [(4, variable)]


def test_front_that_changes_the_level_passes() -> None:
    column = np.array([24.0, 25.0, 24.5, 2.0, 1.5, 3.0])
    assert find_faults(DailyHistory(FIRST, {MAX: column})) == []


def test_newest_day_is_judged_again_when_the_next_one_is_there() -> None:
    """A fall of 35 degrees: not credible until the next day shows that it stays cold."""
    fall = np.array([24.0, 25.0, 24.5, -11.0])
    assert found(DailyHistory(FIRST, {MAX: fall})).keys() == {"step"}
    cold = np.append(fall, -10.0)
    assert find_faults(DailyHistory(FIRST, {MAX: cold})) == []


def test_step_is_seen_against_what_is_stored_before() -> None:
    known, offered = days(10), days(1, FIRST + 10 * A_DAY, temperature_2m_max={0: 58.0})
    assert found(offered, known).keys() == {"step"}


def test_reading_that_does_not_change_is_held_but_for_its_first_day() -> None:
    known = days(120)
    stuck = days(12, FIRST + 120 * A_DAY, temperature_2m_max=dict.fromkeys(range(12), 23.4))
    held = found(stuck, known)["stuck"]
    assert [one.valid_date for one in held] == [FIRST + (120 + day) * A_DAY for day in range(1, 12)]
    assert held[0].reason == "temperature_2m_max 23.4 °C has not changed for 12 days"


def test_stuck_reading_stays_stuck_when_its_days_were_held() -> None:
    """Held days are missing in what is stored: that must not set the count back."""
    known = days(130, temperature_2m_max={120: 23.4} | dict.fromkeys(range(121, 130), np.nan))
    stuck = days(10, FIRST + 124 * A_DAY, temperature_2m_max=dict.fromkeys(range(10), 23.4))
    assert len(found(stuck, known)["stuck"]) == 10


def test_dry_spell_saturation_and_polar_night_are_not_stuck() -> None:
    n_days = 200
    still = {
        RAIN: np.zeros(n_days),
        Variable.HUMIDITY_MEAN: np.full(n_days, 100.0),
        Variable.RADIATION: np.zeros(n_days),
    }
    assert find_faults(DailyHistory(FIRST, still)) == []


def test_source_of_whole_degrees_may_repeat_itself_longer() -> None:
    rng = np.random.default_rng(7)
    whole = rng.integers(20, 23, size=120).astype(float)
    whole[60:68] = 21.0  # eight equal days, where every third pair is equal anyway
    assert find_faults(DailyHistory(FIRST, {MIN: whole})) == []
    tenths = rng.normal(21.0, 1.5, size=120).round(1)
    tenths[60:72] = 21.0
    assert found(DailyHistory(FIRST, {MIN: tenths})).keys() == {"stuck"}


def years(n_years: int) -> DailyHistory:
    rng = np.random.default_rng(11)
    n_days = round(365.25 * n_years)
    season = 10.0 * np.sin(2 * np.pi * np.arange(n_days) / 365.25)
    return DailyHistory(
        date(2012, 1, 1),
        {
            MAX: 20.0 + season + rng.normal(0.0, 2.0, n_days).round(2),
            RAIN: np.where(rng.random(n_days) < 0.05, rng.gamma(0.6, 6.0, n_days), 0.0),
        },
    )


def test_value_far_outside_its_season_is_flagged_and_kept() -> None:
    known = years(10)
    day = known.last_date + A_DAY
    usual = float(known.values[MAX][-365])
    offered = DailyHistory(day, {MAX: np.array([usual + 15.0])})
    (finding,) = find_faults(offered, known)
    assert (finding.check, finding.verdict) == ("climate", "flagged")
    assert "other years at this time" in finding.reason


def test_few_years_are_no_climate() -> None:
    known = years(4)
    offered = DailyHistory(known.last_date + A_DAY, {MAX: np.array([40.0])})
    assert find_faults(offered, known) == []


def test_rain_is_never_an_outlier_for_being_rare() -> None:
    known = years(10)
    offered = DailyHistory(known.last_date + A_DAY, {RAIN: np.array([300.0])})
    assert find_faults(offered, known) == []


def test_what_is_known_already_is_not_judged_a_second_time() -> None:
    known = days(20, temperature_2m_max={3: 70.0, 12: 70.0})
    assert find_faults(days(5, FIRST + 10 * A_DAY), known) == []


def test_missing_values_are_no_fault() -> None:
    nothing = {variable: np.full(30, np.nan) for variable in Variable}
    assert find_faults(DailyHistory(FIRST, nothing)) == []
    assert find_faults(DailyHistory(FIRST, nothing), days(30)) == []


def test_context_covers_the_days_before_the_day_after_and_the_season_of_other_years() -> None:
    last = FIRST + 9 * A_DAY
    ranges = context_of(FIRST, last)
    assert ranges == sorted(ranges)
    for day in (FIRST - 100 * A_DAY, last + A_DAY, date(2020, 11, 5), date(2030, 11, 5)):
        assert any(first <= day <= last for first, last in ranges), day
    assert not any(first <= date(2020, 3, 1) <= last for first, last in ranges)
    assert sum((last - first).days + 1 for first, last in ranges) < 1100


def test_context_stays_within_the_calendar() -> None:
    assert context_of(date.min, date.min)[0].first == date.min
    assert context_of(date.max, date.max)[-1].last == date.max


anything = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -0.0, 100.0, 1e308, -1e308, 5e-324]),
)


@given(
    st.dictionaries(st.sampled_from(list(Variable)), arrays(np.float64, 30, elements=anything)),
    st.dictionaries(st.sampled_from(list(Variable)), arrays(np.float64, 60, elements=anything)),
    st.integers(-40, 40),
)
def test_whatever_is_offered_what_is_left_is_possible_and_consistent(
    offered: dict[Variable, Any], known: dict[Variable, Any], shift: int
) -> None:
    history = DailyHistory(FIRST, offered)
    findings = find_faults(history, DailyHistory(FIRST + shift * A_DAY, known))
    left = {variable: history.column(variable).copy() for variable in Variable}
    for finding in findings:
        assert history.column(finding.variable)[history.position(finding.valid_date)] == (
            finding.value
        )
        if finding.verdict == "held":
            left[finding.variable][history.position(finding.valid_date)] = np.nan
    for variable, bounds in VARIABLES.items():
        column = left[variable]
        inside = (column >= bounds.lowest) & (column <= bounds.highest)
        assert (inside | np.isnan(column)).all()
    if known:  # a contradiction within a day is seen whatever is stored
        for lower, upper in ((MIN, MAX), (MIN, MEAN), (MEAN, MAX), (WIND, GUSTS)):
            assert not (left[lower] > left[upper] + 0.15).any()


@settings(max_examples=30)
@given(arrays(np.float64, 40, elements=st.floats(0.0, 1900.0)))
def test_no_amount_of_possible_rain_is_ever_held_for_its_size(amounts: Any) -> None:  # noqa: ANN401 - an array
    held = find_faults(DailyHistory(FIRST, {RAIN: amounts}))
    assert {one.check for one in held} <= {"stuck"}


def test_findings_do_not_depend_on_how_the_days_are_cut() -> None:
    """Bounds and contradictions are the same whether days come together or one by one."""
    changed = days(12, temperature_2m_mean={5: 40.0}, relative_humidity_2m_mean={7: 101.0})
    together = {(one.valid_date, one.variable, one.check) for one in find_faults(changed)}
    apart = set()
    for place in range(12):
        day = FIRST + place * A_DAY
        single = changed.since(day).until(day)
        apart |= {(one.valid_date, one.variable, one.check) for one in find_faults(single)}
    assert together == apart

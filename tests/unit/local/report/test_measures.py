"""The numbers of a report: on the same cases, and by hand where that is possible."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from local.report import measures
from shared.contracts.issuers import Issuer
from shared.forecasting.variables import Variable
from tests.unit.local.report.records import FIRST, VARIABLE, record, scored, verified


def test_skill_is_the_share_of_squared_error_that_is_saved() -> None:
    found = verified(champion=1.0, damped=2.0)
    assert measures.skill(found, Issuer.DAMPED_PERSISTENCE) == pytest.approx(1 - 1 / 4)
    assert measures.skill(found, Issuer.PERSISTENCE, lead=3) == pytest.approx(1 - 1 / 16)


def test_skill_is_of_the_cases_both_have() -> None:
    found = verified(champion=1.0, damped=2.0)
    damped = found.by_issuer[Issuer.DAMPED_PERSISTENCE].value
    damped[:100] = np.nan  # these days would have been easy for the champion
    found.by_issuer[Issuer.CHAMPION].value[:100] = found.observed[:100, np.newaxis]
    assert measures.skill(found, Issuer.DAMPED_PERSISTENCE) == pytest.approx(0.75)


def test_skill_without_a_champion_is_unknown() -> None:
    found = verified()
    nobody = replace(found, by_issuer={})
    assert np.isnan(measures.skill(nobody, Issuer.PERSISTENCE))
    assert np.isnan(measures.mean_error(nobody))


def test_skill_by_season_is_unknown_for_seasons_that_were_not_there() -> None:
    winter = verified(days=30)
    table = measures.skill_by_season(winter, Issuer.DAMPED_PERSISTENCE)
    assert table.shape == (4, 7)
    assert table[0] == pytest.approx([0.75] * 7)
    assert np.isnan(table[1:]).all()


def test_curve_ends_at_the_last_day_and_each_point_is_of_its_window() -> None:
    error = np.ones((364, 7))
    error[:273] = 0.0  # perfect until the last 91 days
    curve = measures.skill_over_time(verified(champion=error), Issuer.DAMPED_PERSISTENCE)
    assert curve.window_days == measures.WINDOW_DAYS == 91
    assert str(curve.dates[-1]) == "2022-12-30"
    assert curve.values[-1] == pytest.approx(0.75)
    assert curve.values[-2] == pytest.approx(1 - (84 * 1) / (91 * 4))
    assert np.diff(curve.dates).astype(int).tolist() == [7] * (len(curve.dates) - 1)


def test_short_record_has_shorter_windows() -> None:
    curve = measures.coverage_over_time(verified(days=40))
    assert curve.window_days == 10
    assert curve.values.tolist() == [1.0] * len(curve.values)


def test_gap_in_the_days_is_a_gap_in_the_windows_and_nothing_else() -> None:
    found = verified()
    days = (found.dates < np.datetime64("2022-04-01")) | (found.dates > np.datetime64("2022-07-31"))
    curve = measures.skill_over_time(found.on(days), Issuer.DAMPED_PERSISTENCE)
    inside = curve.dates == np.datetime64("2022-07-29")
    assert np.isnan(curve.values[inside]).all()
    assert np.nanmin(curve.values) == pytest.approx(0.75)


def test_weeks_are_whole_and_know_how_unusual_they_were() -> None:
    found = measures.weeks(verified(days=24))
    assert [week.first_date for week in found] == [FIRST + timedelta(days=7 * n) for n in range(3)]
    assert found[0].last_date == date(2022, 1, 7)
    assert found[0].error == pytest.approx(1.0)
    assert found[0].references[Issuer.DAMPED_PERSISTENCE] == pytest.approx(2.0)
    assert found[0].departure == pytest.approx(4.0)  # climatology said 4 degrees too little


def test_cost_is_measured_on_the_days_both_policies_forecast() -> None:
    gate, never = verified(champion=1.0), verified(champion=1.2)
    never.by_issuer[Issuer.CHAMPION].value[:50] = np.nan
    found = measures.costs([record(gate), record(never, policy="never")], record(gate))
    assert found["never"][VARIABLE].more == pytest.approx(0.2)
    assert found["gate"][VARIABLE].more == pytest.approx(0.0)
    assert measures.mean_cost(found["never"]) == pytest.approx(0.2)


def test_every_error_is_of_the_days_all_policies_forecast() -> None:
    worse_later = np.where(np.arange(364) < 182, 1.0, 3.0)[:, np.newaxis]
    gate, always, never = (verified(champion=worse_later) for _ in range(3))
    never.by_issuer[Issuer.CHAMPION].value[182:] = np.nan
    policies = [record(gate), record(always, policy="always"), record(never, policy="never")]
    found = measures.costs(policies, policies[0])
    assert [cost[VARIABLE].error for cost in found.values()] == pytest.approx([1.0, 1.0, 1.0])


def test_cost_of_rain_is_that_of_its_probability() -> None:
    wet = np.tile([0.0, 5.0], 50)
    found = replace(verified(days=100), variable=Variable.PRECIPITATION, observed=wet)
    forecasts = scored(wet, 0.0)
    half = replace(forecasts, probability=np.full((100, 7), 0.5))
    found = replace(found, by_issuer={Issuer.CHAMPION.value: half})
    rain = replace(record(), verified={Variable.PRECIPITATION: found})
    assert measures.costs([rain], rain)["gate"][Variable.PRECIPITATION].error == pytest.approx(0.5)

"""The quality gates: one criterion, one behaviour; and the outcome that follows."""

import json
from dataclasses import replace
from math import nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_gate.comparison import Comparison
from registry_gate.criteria import CRITERIA
from registry_gate.judging import judge
from registry_gate.terms import Evidence, Finding, Outcome, Soundness, Thresholds, Verdict
from shared.forecasting.variables import Variable

LIMITS = Thresholds()
GOOD = Evidence(
    variable=Variable.TEMPERATURE_MAX,
    r2=0.85,
    skill={"climatology": 0.3, "persistence": 0.2},
    coverage_80=0.81,
    test_cases=2555,
    completeness=1.0,
    age_days=1,
    fingerprint="f" * 64,
    claimed_rmse=3.0,
    soundness=Soundness(answer_ms=1.0, fingerprint="f" * 64, rmse=2.8),
)
BETTER = Comparison(paired_days=365, champion_rmse=3.0, challenger_rmse=2.9, p_value=0.01)
WORSE_SLICE = Comparison(paired_days=40, champion_rmse=3.0, challenger_rmse=3.3, p_value=0.99)


def sound(**changes: Any) -> Evidence:  # noqa: ANN401 - fields of Soundness
    return replace(GOOD, soundness=replace(GOOD.soundness, **changes))


def sliced(name: str, found: Comparison) -> Evidence:
    return replace(GOOD, comparison=replace(BETTER, slices={name: found}), champion_age_days=7)


def finding(evidence: Evidence, criterion: str) -> Finding:
    (found,) = [f for f in judge(evidence, LIMITS).findings if f.criterion == criterion]
    return found


def test_first_good_candidate_is_promoted() -> None:
    judgement = judge(GOOD, LIMITS)
    assert judgement.outcome is Outcome.PROMOTE
    assert all(f.verdict is Verdict.PASS for f in judgement.findings)
    assert "a skill of +0.30 against climatology and +0.20 against persistence" in judgement.reason


@pytest.mark.parametrize(
    ("criterion", "evidence"),
    [
        ("r2", replace(GOOD, r2=0.69)),
        ("r2", replace(GOOD, r2=float("nan"))),
        ("skill_vs_climatology", replace(GOOD, skill={"climatology": 0.0, "persistence": 0.2})),
        ("skill_vs_persistence", replace(GOOD, skill={"climatology": 0.3, "persistence": -0.1})),
        ("test_cases", replace(GOOD, test_cases=99)),
        ("completeness", replace(GOOD, completeness=0.89)),
        ("coverage_80", replace(GOOD, coverage_80=0.69)),
        ("coverage_80", replace(GOOD, coverage_80=0.91)),
        ("completeness", replace(GOOD, completeness=float("nan"))),
        ("coverage_80", replace(GOOD, coverage_80=float("nan"))),
        ("up_to_date", replace(GOOD, age_days=29)),
        ("usable", sound(fault="it is empty")),
        ("recorded", sound(fingerprint="0" * 64)),
        ("finite", sound(not_finite=(4,))),
        ("possible", sound(impossible=(1, 7))),
        ("intervals", sound(disordered=(2,))),
        ("fast", sound(answer_ms=51.0)),
        ("fast", sound(answer_ms=float("nan"))),
        ("as_tested", sound(rmse=6.1)),
        ("as_tested", sound(rmse=float("nan"))),
        ("as_tested", replace(GOOD, claimed_rmse=0.0)),
        ("as_tested", replace(GOOD, claimed_rmse=float("nan"))),
        ("hot_days", sliced("hot_days", WORSE_SLICE)),
        ("seasons", sliced("season_jja", WORSE_SLICE)),
        ("leads", sliced("lead_1", WORSE_SLICE)),
        ("leads", sliced("lead_3", replace(WORSE_SLICE, challenger_rmse=nan, p_value=1.0))),
    ],
)
def test_candidate_that_misses_one_gate_is_rejected_even_without_a_champion(
    criterion: str, evidence: Evidence
) -> None:
    judgement = judge(evidence, LIMITS)
    failed = [f.criterion for f in judgement.findings if f.verdict is Verdict.FAIL]
    assert failed == [criterion]
    assert judgement.outcome is Outcome.REJECT
    assert finding(evidence, criterion).reason in judgement.reason


def test_better_candidate_that_misses_a_gate_does_not_replace_the_champion() -> None:
    evidence = replace(GOOD, r2=0.5, comparison=BETTER, champion_age_days=100)
    assert judge(evidence, LIMITS).outcome is Outcome.REJECT


@pytest.mark.parametrize("variable", [Variable.PRECIPITATION, Variable.WIND_SPEED_MAX])
def test_r2_gates_temperatures_only(variable: Variable) -> None:
    # Measured on Marrakech 2018-2023: the best wind model reaches R2 0.35, rain 0.02.
    evidence = replace(GOOD, variable=variable, r2=0.1)
    assert judge(evidence, LIMITS).outcome is Outcome.PROMOTE


def test_coverage_does_not_gate_rain_whose_intervals_begin_at_zero() -> None:
    evidence = replace(GOOD, variable=Variable.PRECIPITATION, coverage_80=0.97)
    assert judge(evidence, LIMITS).outcome is Outcome.PROMOTE


@pytest.mark.parametrize(
    "harmless",
    [
        replace(WORSE_SLICE, paired_days=29),  # too few days to say anything
        replace(WORSE_SLICE, challenger_rmse=3.1),  # within the margin
        replace(WORSE_SLICE, p_value=0.9),  # may be luck
    ],
)
def test_slice_that_is_not_proven_worse_does_not_hold_a_better_candidate_up(
    harmless: Comparison,
) -> None:
    assert judge(sliced("hot_days", harmless), LIMITS).outcome is Outcome.PROMOTE


def test_candidate_better_by_margin_and_more_than_luck_is_promoted() -> None:
    judgement = judge(replace(GOOD, comparison=BETTER, champion_age_days=7), LIMITS)
    assert judgement.outcome is Outcome.PROMOTE
    assert "3.3% better" in judgement.reason


@pytest.mark.parametrize(
    "comparison",
    [
        replace(BETTER, challenger_rmse=2.95),  # 1.7 % better: below the margin
        replace(BETTER, p_value=0.10),
        replace(BETTER, paired_days=119),
    ],
)
def test_unproven_gain_is_inconclusive_and_the_champion_stays(comparison: Comparison) -> None:
    judgement = judge(replace(GOOD, comparison=comparison, champion_age_days=7), LIMITS)
    assert judgement.outcome is Outcome.INCONCLUSIVE
    assert "the champion stays" in judgement.reason.lower()


def test_champion_without_paired_cases_stays() -> None:
    evidence = replace(GOOD, comparison=Comparison.impossible(), champion_age_days=50)
    judgement = judge(evidence, LIMITS)
    assert judgement.outcome is Outcome.INCONCLUSIVE
    assert "no backtest on the same cases" in judgement.reason
    assert not [f.reason for f in judgement.findings if "nan" in f.reason]


@pytest.mark.parametrize(("age", "outcome"), [(56, "inconclusive"), (57, "promote")])
def test_champion_that_cannot_be_repeated_gives_way_once_it_is_old(age: int, outcome: str) -> None:
    evidence = replace(GOOD, comparison=Comparison.impossible(), champion_age_days=age)
    assert judge(evidence, LIMITS).outcome == outcome


def test_without_any_ground_in_the_table_the_champion_stays() -> None:
    required = [row for row in CRITERIA if not row.grounds]
    evidence = replace(GOOD, comparison=BETTER, champion_age_days=60)
    assert judge(evidence, LIMITS, required).outcome is Outcome.INCONCLUSIVE


def test_candidate_no_better_than_the_champion_is_rejected() -> None:
    worse = replace(BETTER, challenger_rmse=3.0, p_value=0.5)
    judgement = judge(replace(GOOD, comparison=worse, champion_age_days=7), LIMITS)
    assert judgement.outcome is Outcome.REJECT


@pytest.mark.parametrize(
    ("age", "challenger_rmse", "outcome"),
    [
        (29, 3.02, Outcome.PROMOTE),  # 0.7 % worse, but fresh
        (29, 3.04, Outcome.REJECT),  # 1.3 % worse
        (28, 3.02, Outcome.REJECT),  # the champion is not old yet
        (29, 2.97, Outcome.PROMOTE),  # a gain too small to prove is fresh all the same
    ],
)
def test_aged_champion_gives_way_to_a_fresher_fit_that_is_not_worse(
    age: int, challenger_rmse: float, outcome: Outcome
) -> None:
    comparison = replace(BETTER, challenger_rmse=challenger_rmse, p_value=0.4)
    evidence = replace(GOOD, comparison=comparison, champion_age_days=age)
    assert judge(evidence, LIMITS).outcome is outcome


def test_freshness_needs_as_many_paired_days_as_improvement() -> None:
    comparison = replace(BETTER, challenger_rmse=3.0, paired_days=119)
    evidence = replace(GOOD, comparison=comparison, champion_age_days=60)
    assert judge(evidence, LIMITS).outcome is not Outcome.PROMOTE


@given(
    r2=st.floats(allow_nan=True),
    skill=st.floats(allow_nan=True),
    coverage=st.floats(allow_nan=True),
    rmse=st.floats(0.0, 100.0) | st.just(nan),
)
def test_every_finding_fits_the_ledger_and_nothing_undefined_is_promoted(
    r2: float, skill: float, coverage: float, rmse: float
) -> None:
    evidence = replace(
        GOOD,
        r2=r2,
        skill={"climatology": skill, "persistence": skill},
        coverage_80=coverage,
        comparison=replace(BETTER, challenger_rmse=rmse),
    )
    judgement = judge(evidence, LIMITS)
    for found in judgement.findings:
        json.dumps(found.as_json(), allow_nan=False)
    if judgement.outcome is Outcome.PROMOTE:
        assert r2 >= LIMITS.min_r2
        assert skill > 0.0

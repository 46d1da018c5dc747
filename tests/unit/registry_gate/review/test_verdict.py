"""What follows from the evidence of a day."""

from dataclasses import replace
from datetime import date

import pytest

from registry_gate.review.comparing import Standing
from registry_gate.review.shift import Shift
from registry_gate.review.verdict import PREVIOUS, Evidence, ReviewOutcome, judge

BEATEN = Standing(days=10, excess=2.0, losing_share=0.9)
HOLDS = Standing(days=10, excess=0.05, losing_share=0.5)
SHIFT = Shift(effect_size=1.2, rarity=5.0, change=2.1)


def test_champion_beaten_by_nobody_is_fine_and_says_since_when() -> None:
    verdict = judge(Evidence(standings={PREVIOUS: HOLDS, "climatology": HOLDS}))
    assert verdict.outcome is ReviewOutcome.FINE
    assert "last 10 verified days" in verdict.reason


def test_without_verified_forecasts_nothing_follows() -> None:
    assert "verified yet" in judge(Evidence()).reason


def test_champion_beaten_by_the_one_before_it_is_taken_back() -> None:
    verdict = judge(Evidence(standings={PREVIOUS: BEATEN}, may_roll_back=True))
    assert verdict.outcome is ReviewOutcome.ROLL_BACK
    assert "2.00 of the usual one; chance explains" in verdict.reason


def test_in_the_cool_down_a_training_is_asked_for_instead_so_that_nothing_flaps() -> None:
    verdict = judge(Evidence(standings={PREVIOUS: BEATEN}))
    assert verdict.outcome is ReviewOutcome.RETRAIN
    assert "may not be rolled back now" in verdict.reason


def test_silent_champion_is_taken_back() -> None:
    verdict = judge(Evidence(is_silent=True, may_roll_back=True))
    assert verdict.outcome is ReviewOutcome.ROLL_BACK
    assert "makes no forecasts" in verdict.reason


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(standings={PREVIOUS: HOLDS, "climatology": BEATEN}, may_roll_back=True),
        Evidence(standings={"challenger 7": BEATEN}, may_roll_back=True),
        Evidence(shifts={"errors": SHIFT}),
    ],
)
def test_what_a_rollback_cannot_mend_is_trained_anew_and_asked_for_once(
    evidence: Evidence,
) -> None:
    assert judge(evidence).outcome is ReviewOutcome.RETRAIN
    asked = judge(replace(evidence, retraining_asked_on=date(2026, 11, 20)))
    assert asked.outcome is ReviewOutcome.FINE
    assert "asked for on 2026-11-20" in asked.reason


def test_evidence_is_kept_as_plain_figures() -> None:
    kept = Evidence(standings={PREVIOUS: HOLDS}, shifts={"errors": SHIFT}).as_json()
    assert kept["standings"][PREVIOUS]["days"] == 10
    assert kept["drift"]["errors"] == {"effect_size": 1.2, "change": 2.1}

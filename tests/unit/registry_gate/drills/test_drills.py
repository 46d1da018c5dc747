"""Every criterion has a drill that it alone refuses: no row of the table is there for show."""

from functools import cache

import pytest

from registry_gate.criteria import CRITERIA, Criterion, Ground
from registry_gate.drills.run import Drilled, Prepared, prepare
from registry_gate.drills.table import DRILLS
from registry_gate.terms import Outcome, Thresholds
from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from tests.support.specimens import good_specimen

LIMITS = Thresholds()
MUTATED = Variable.TEMPERATURE_MAX  # every criterion applies to temperatures


@cache
def prepared(variable: Variable) -> list[Prepared]:
    return list(prepare(good_specimen(variable), LIMITS))


def is_red(drilled: Drilled) -> bool:
    """Say whether the wrong thing came of it, whoever refused it."""
    must_be_promoted = drilled.expected is None
    return must_be_promoted is not (drilled.outcome is Outcome.PROMOTE)


@pytest.mark.parametrize("variable", FORECAST_VARIABLES)
def test_every_drill_holds(variable: Variable) -> None:
    drilled = [one.judged(LIMITS) for one in prepared(variable)]
    assert [(one.drill, one.refused_by) for one in drilled if not one.holds] == []


def test_every_drill_can_be_made_of_a_temperature() -> None:
    assert [one.drill for one in prepared(MUTATED)] == list(DRILLS)


@pytest.mark.parametrize("removed", CRITERIA, ids=lambda row: row.name)
def test_removing_any_single_criterion_turns_a_drill_red(removed: Criterion) -> None:
    rest = [row for row in CRITERIA if row is not removed]
    red = [one.drill.name for one in prepared(MUTATED) if is_red(one.judged(LIMITS, rest))]
    assert red


@pytest.mark.parametrize("ground", Ground)
def test_each_ground_promotes_one_of_the_good(ground: Ground) -> None:
    promoted = [one.judged(LIMITS) for one in prepared(MUTATED)]
    assert any(one.sentence.startswith(f"Promoted for its {ground}") for one in promoted)


def test_criteria_and_drills_have_names_of_their_own() -> None:
    assert len({row.name for row in CRITERIA}) == len(CRITERIA)
    assert len({drill.name for drill in DRILLS}) == len(DRILLS)
    assert {drill.refused_by for drill in DRILLS} - {None} == {row.name for row in CRITERIA}


def test_drilling_again_says_the_same() -> None:
    again = [one.judged(LIMITS) for one in prepare(good_specimen(MUTATED), LIMITS)]
    before = [one.judged(LIMITS) for one in prepared(MUTATED)]
    assert [one.holds for one in again] == [one.holds for one in before]

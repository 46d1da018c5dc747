"""Workshops that remember make what those make that do not."""

from datetime import timedelta

import pytest

from local.replay.workshops import KeptWorkshop, Memory
from shared.forecasting.families import Family
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.support.weather import made_up_history
from trainer.modelling.contender import Task, Workshop
from trainer.modelling.families import FAMILIES

HISTORY = made_up_history(days=800)
A_WEEK_AGO = HISTORY.until(HISTORY.last_date - timedelta(days=7))


def task(history: DailyHistory, family: Family) -> Task:
    return Task(
        "marrakech",
        Variable.TEMPERATURE_MAX,
        history,
        FAMILIES[family],
        seed=1,
        git_commit="test",
    )


@pytest.mark.parametrize("family", Family)
def test_contender_after_that_of_the_week_before_is_the_one_made_without_a_memory(
    family: Family,
) -> None:
    memory, defaults = Memory(1), FAMILIES[family].defaults
    KeptWorkshop(task(A_WEEK_AGO, family), memory).make_contender(lambda _: defaults)

    kept = KeptWorkshop(task(HISTORY, family), memory).make_contender(lambda _: defaults)

    fresh = Workshop(task(HISTORY, family)).make_contender(lambda _: defaults)
    assert kept.artifact.sha256 == fresh.artifact.sha256


def test_another_recipe_is_not_taken_for_one_that_is_remembered() -> None:
    family = Family.LINEAR_REGRESSION
    workshop = KeptWorkshop(task(HISTORY, family), Memory(1))
    weak = FAMILIES[family].defaults
    strong = {name: 10.0 * value for name, value in weak.items()}

    assert list(workshop.tuning_errors(weak)) != list(workshop.tuning_errors(strong))
    assert list(workshop.tuning_errors(weak)) == list(workshop.tuning_errors(weak))

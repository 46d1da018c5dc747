"""Neighbours and guidance that come late: their model's fallback serves, until they have come."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache

from api.serving.reconcile import LATE_INPUTS_PAUSE
from api.serving.snapshot import ServedForecast
from shared.adapters.artifacts import Artifact
from shared.forecasting.families import Family
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import Variable
from tests.support.inputs import NEIGHBOURS, made_up_inputs, without_last_day
from tests.unit.api.world import World, make_champion
from trainer.modelling.contender import Task, Workshop
from trainer.modelling.families import FAMILIES

TMAX = Variable.TEMPERATURE_MAX
KNOWN = replace(made_up_inputs(days=700), guidance=None)
ALONE = ForecastInputs(KNOWN.own)


@cache
def artifact() -> Artifact:
    """Return a model that looks at its neighbours, as the trainer makes it."""
    method = FAMILIES[Family.LINEAR_REGRESSION]
    workshop = Workshop(Task("marrakech", TMAX, KNOWN, method, seed=1, git_commit="test"))
    return workshop.make_contender(lambda _: method.defaults).artifact


def world_that_knows(known: ForecastInputs) -> World:
    world = World()
    know(world, known)
    world.source.observe(known.own)
    world.source.promote(make_champion(TMAX, 1, sha256=world.artifacts.add(artifact())))
    world.reconcile()
    return world


def know(world: World, known: ForecastInputs) -> None:
    """Let neighbours come, without any news of the site's own."""
    world.source.neighbours = known.neighbours


def served(world: World) -> ServedForecast:
    return world.state.snapshot.sites["marrakech"].forecasts[TMAX]


def values(world: World) -> Sequence[float]:
    forecast = served(world).forecast
    assert forecast is not None
    found: list[float] = forecast.value.tolist()
    return found


def test_model_that_has_its_neighbours_answers_itself() -> None:
    world = world_that_knows(KNOWN)
    assert served(world).model is not None
    assert not served(world).is_fallback


def test_without_neighbours_the_champion_s_fallback_serves() -> None:
    world = world_that_knows(ALONE)
    assert served(world).model is not None
    assert served(world).is_fallback
    assert values(world) != values(world_that_knows(KNOWN))


def test_neighbour_that_is_a_day_late_is_as_good_as_missing() -> None:
    assert served(world_that_knows(without_last_day(KNOWN, NEIGHBOURS[0]))).is_fallback


def test_neighbours_that_come_late_are_found_by_themselves() -> None:
    world = world_that_knows(ALONE)
    know(world, KNOWN)
    world.reconcile()
    assert served(world).is_fallback  # not asked for every few seconds
    world.now += LATE_INPUTS_PAUSE
    world.reconcile()
    assert not served(world).is_fallback
    assert values(world) == values(world_that_knows(KNOWN))


def test_nothing_is_looked_for_where_nothing_is_missing() -> None:
    world = world_that_knows(KNOWN)
    before, snapshot = world.source.histories_read, world.state.snapshot
    world.now += LATE_INPUTS_PAUSE + timedelta(days=1)
    world.reconcile()
    assert world.source.histories_read == before
    assert world.state.snapshot is snapshot

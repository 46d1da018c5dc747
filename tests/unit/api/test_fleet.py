"""Every process knows what all of them serve, and how long a promotion took to the last one."""

from datetime import timedelta

import pytest

from api.answers.processes import seconds_to_last
from api.live.fleet import FORGOTTEN_AFTER
from shared.forecasting.variables import Variable
from tests.unit.api.conftest import client_of
from tests.unit.api.world import World, world_with_champions

pytestmark = pytest.mark.anyio


def sharing(world: World) -> World:
    """Return the world of another process, which starts from the same database and Redis."""
    other = World(now=world.now)
    other.source, other.board = world.source, world.board
    other.artifacts.by_digest = world.artifacts.by_digest
    other.reconcile()
    return other


async def test_processes_know_of_each_other_and_of_their_versions() -> None:
    world = world_with_champions()
    first, second = world.fleet("a:1"), sharing(world).fleet("b:2")
    for fleet in (first, second, first):
        await fleet.tell()
    assert [(one.process, one.epoch) for one in first.processes] == [("a:1", 5), ("b:2", 5)]


async def test_time_to_the_last_process_is_known_once_it_is_there() -> None:
    world = world_with_champions()
    world.now -= timedelta(days=1)
    behind = sharing(world)
    first, second = world.fleet("a:1"), behind.fleet("b:2")
    promoted = world.promote(Variable.TEMPERATURE_MAX, 20)
    world.now = behind.now = promoted.promoted_at + timedelta(seconds=0.1)
    world.reconcile()
    for fleet in (second, first):
        await fleet.tell()
    assert seconds_to_last(first.processes) is None
    behind.now = promoted.promoted_at + timedelta(seconds=0.4)
    behind.reconcile()
    for fleet in (second, first):
        await fleet.tell()
    assert seconds_to_last(first.processes) == 0.4


async def test_process_that_is_gone_is_forgotten() -> None:
    world = world_with_champions()
    first = world.fleet("a:1")
    await sharing(world).fleet("b:2").tell()
    world.now += FORGOTTEN_AFTER + timedelta(seconds=1)
    await first.tell()
    assert [one.process for one in first.processes] == ["a:1"]
    assert set(world.board.said) == {"a:1"}


async def test_without_redis_a_process_knows_of_itself_alone() -> None:
    world = world_with_champions()
    first = world.fleet("a:1")
    await sharing(world).fleet("b:2").tell()
    await first.tell()
    world.board.error = ConnectionError("Redis is away")
    await first.tell()
    assert [one.process for one in first.processes] == ["a:1"]


async def test_health_and_page_tell_of_every_process() -> None:
    async with client_of(world_with_champions()) as client:
        health = (await client.get("/health")).json()
        page = (await client.get("/dashboard/pipeline")).text
    assert [one["process"] for one in health["processes"]] == ["host:1"]
    assert health["seconds_to_last_process"] == health["processes"][0]["seconds_from_promotion"]
    assert "host:1" in page
    assert "serves promotion 5" in page

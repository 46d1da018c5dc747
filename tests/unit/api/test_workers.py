"""Whether the workers answer, as far as the database knows."""

from datetime import timedelta

import httpx
import pytest

from shared.adapters.ticks import Tick
from shared.contracts.queues import Service
from tests.unit.api.world import NOW, World

pytestmark = pytest.mark.anyio


async def test_workers_show_when_each_last_answered(
    world: World, client: httpx.AsyncClient
) -> None:
    world.record.answered_ticks = [
        Tick(Service.TRAINER, "host/1", NOW - timedelta(seconds=4)),
    ]
    found = (await client.get("/api/v1/workers")).json()
    assert [one["service"] for one in found] == ["collector", "trainer", "registry-gate"]
    silent, trainer, _ = found
    assert silent["last_tick_at"] is None
    assert (trainer["worker"], trainer["seconds_ago"]) == ("host/1", 4.0)


async def test_workers_are_not_known_while_the_database_is_away(
    world: World, client: httpx.AsyncClient
) -> None:
    world.state.database.failed(ConnectionError("no route to host"))
    assert (await client.get("/api/v1/workers")).status_code == 503

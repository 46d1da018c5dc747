"""Requests while models are swapped: none fails, none waits, none mixes two versions."""

import asyncio
import threading

import httpx
import pytest

from shared.forecasting.variables import FORECAST_VARIABLES
from tests.unit.api.world import World

pytestmark = pytest.mark.anyio

SWAPS = 30
CLIENTS = 4


def promote_all(world: World, epoch: int) -> None:
    """Promote every variable at once, each by the constant that is its epoch's last digit."""
    for variable in FORECAST_VARIABLES:
        world.promote(variable, epoch, constant=float(epoch % 2))


def swap_until_done(world: World, done: threading.Event) -> None:
    """Promote and reconcile again and again, as the reloading thread does."""
    for epoch in range(10, 10 + SWAPS):
        promote_all(world, epoch)
        world.reconcile()
    done.set()


async def ask_until_done(
    client: httpx.AsyncClient, done: threading.Event, answers: list[httpx.Response]
) -> None:
    """Ask for the forecast as fast as it answers."""
    while not done.is_set():
        answers.append(await client.get("/api/v1/forecast?site=marrakech"))
        await asyncio.sleep(0)  # as a socket would, it lets the others have a turn


async def test_no_request_fails_or_mixes_versions_over_many_swaps(
    world: World, client: httpx.AsyncClient
) -> None:
    promote_all(world, 9)
    world.reconcile()
    done = threading.Event()
    answers: list[httpx.Response] = []
    async with asyncio.TaskGroup() as tasks:
        for _ in range(CLIENTS):
            tasks.create_task(ask_until_done(client, done, answers))
        tasks.create_task(asyncio.to_thread(swap_until_done, world, done))
    assert {answer.status_code for answer in answers} == {200}
    epochs = [{model["epoch"] for model in answer.json()["models"].values()} for answer in answers]
    assert all(len(found) == 1 for found in epochs)  # all five variables of one promotion
    last = await client.get("/api/v1/forecast?site=marrakech")
    assert last.json()["models"]["temperature_2m_max"]["epoch"] == 9 + SWAPS


async def test_bad_artifacts_between_good_ones_fail_no_request(
    world: World, client: httpx.AsyncClient
) -> None:
    for epoch in range(10, 30):
        promote_all(world, epoch)
        world.artifacts.error = ConnectionError("away") if epoch % 2 else None
        world.reconcile()
        response = await client.get("/api/v1/forecast?site=marrakech")
        assert response.status_code == 200
        served = response.json()["models"]["temperature_2m_max"]["epoch"]
        assert served == epoch - epoch % 2

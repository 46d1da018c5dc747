"""Health: alive without anything, ready once it knows what to serve, and the summary of it all."""

import httpx
import pytest

from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from tests.unit.api.conftest import client_of
from tests.unit.api.world import World

pytestmark = pytest.mark.anyio


async def test_process_is_alive_before_it_is_ready() -> None:
    async with client_of(World()) as client:
        assert (await client.get("/health/live")).status_code == 200
        ready = await client.get("/health/ready")
    assert (ready.status_code, ready.headers["retry-after"]) == (503, "5")


async def test_process_stays_ready_while_the_database_is_away(
    world: World, client: httpx.AsyncClient
) -> None:
    world.state.database.failed(ConnectionError("no route to host"))
    assert (await client.get("/health/ready")).status_code == 200
    assert (await client.get("/health")).json()["status"] == "degraded"


async def test_health_shows_the_versions_this_process_serves(
    world: World, client: httpx.AsyncClient
) -> None:
    world.state.database.succeeded()
    world.state.stream.succeeded()
    found = (await client.get("/health")).json()
    assert found["status"] == "ok"
    assert found["last_reload_at"] is not None
    site = found["sites"]["marrakech"]
    assert site["provenance"] == "open-meteo"
    assert {name: model["model_version"] for name, model in site["models"].items()} == {
        variable.value: str(epoch) for epoch, variable in enumerate(FORECAST_VARIABLES, start=1)
    }


async def test_health_tells_a_refused_champion_with_its_reason(
    world: World, client: httpx.AsyncClient
) -> None:
    world.promote(Variable.TEMPERATURE_MAX, 10)
    world.artifacts.error = ConnectionError("MLflow is away")
    world.reconcile()
    found = (await client.get("/health")).json()
    refused = found["sites"]["marrakech"]["refused"]["temperature_2m_max"]
    assert (refused["epoch"], refused["reason"]) == (10, "ConnectionError: MLflow is away")
    assert found["status"] == "degraded"


@pytest.mark.parametrize("name", ["database", "redis"])
async def test_health_tells_a_failing_link_since_when_and_what_it_means(
    world: World, client: httpx.AsyncClient, name: str
) -> None:
    link = {"database": world.state.database, "redis": world.state.stream}[name]
    link.succeeded()
    link.failed(ConnectionError("refused\nwith more lines"))
    found = (await client.get("/health")).json()["dependencies"][name]
    assert found["status"] == "failing"
    assert found["error"] == "ConnectionError: refused"
    assert found["failing_since"] is not None
    assert found["consequence"]


async def test_health_tells_that_mlflow_does_not_answer(
    world: World, client: httpx.AsyncClient
) -> None:
    world.mlflow.failure = "ConnectTimeout"
    found = (await client.get("/health")).json()["dependencies"]["mlflow"]
    assert (found["status"], found["error"]) == ("failing", "ConnectTimeout")

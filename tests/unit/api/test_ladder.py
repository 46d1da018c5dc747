"""What serves a variable: its champion, else climatology by name, else nothing: never made up."""

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from api.serving.reconcile import FIRST_RETRY
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.unit.api.conftest import client_of
from tests.unit.api.world import World, fragile_artifact, make_champion, weather

pytestmark = pytest.mark.anyio


async def forecast_of(world: World, query: str = "") -> httpx.Response:
    """Return the answer of an application around a world."""
    async with client_of(world) as client:
        return await client.get(f"/api/v1/forecast?site=marrakech{query}")


def world_of(history: DailyHistory) -> World:
    """Return a world with observations and no model."""
    world = World()
    world.source.observe(history)
    world.reconcile()
    return world


async def test_climatology_stands_in_by_name_where_there_is_no_champion() -> None:
    world = world_of(weather())
    world.promote(Variable.TEMPERATURE_MAX, 1)
    world.reconcile()
    models = (await forecast_of(world)).json()["models"]
    assert models["temperature_2m_max"]["served_by"] == "champion"
    assert models["temperature_2m_min"] == {
        "served_by": "climatology",
        "reason": "No model has been promoted yet.",
    }


async def test_too_few_observations_are_no_forecast_but_a_sentence() -> None:
    response = await forecast_of(world_of(weather(12)))
    assert response.status_code == 503
    assert response.headers["retry-after"] == "60"
    assert response.json()["detail"] == (
        "There are too few observations of Marrakech yet, 12 days so far. A forecast appears by "
        "itself as soon as there are enough. Ask again in a minute."
    )


async def test_variable_that_was_never_observed_is_null_beside_the_others() -> None:
    history = weather()
    without_wind = dict(history.values)
    del without_wind[Variable.WIND_SPEED_MAX]
    world = world_of(DailyHistory(history.first_date, without_wind))
    found = (await forecast_of(world)).json()
    assert found["models"]["wind_speed_10m_max"]["served_by"] == "none"
    assert "30" in found["models"]["wind_speed_10m_max"]["reason"]
    assert set(found["daily"]["wind_speed_10m_max"]) == {None}
    assert None not in found["daily"]["temperature_2m_max"]


async def test_asking_for_nothing_but_what_cannot_be_said_is_refused() -> None:
    history = weather()
    only_rain = {Variable.PRECIPITATION: history.column(Variable.PRECIPITATION)}
    world = world_of(DailyHistory(history.first_date, only_rain))
    assert (await forecast_of(world)).status_code == 200
    assert (await forecast_of(world, "&daily=temperature_2m_max")).status_code == 503


async def test_forecast_is_served_while_everything_else_is_down(world: World) -> None:
    world.source.error = ConnectionError("down")
    world.record.error = OperationalError("select", {}, Exception("down"))
    world.artifacts.error = ConnectionError("down")
    world.mlflow.failure = "down"
    assert (await forecast_of(world)).status_code == 200


MAX = Variable.TEMPERATURE_MAX


def restarted(world: World) -> World:
    """Return a process that starts where another one stopped, with nothing in memory."""
    other = World()
    other.source, other.artifacts.by_digest = world.source, world.artifacts.by_digest
    return other


async def served(world: World) -> dict[str, object]:
    """Return what an answer says of who made the temperature."""
    found: dict[str, object] = (await forecast_of(world)).json()["models"][MAX]
    return found


async def test_each_rung_is_reached_by_breaking_what_is_above_it(world: World) -> None:
    first = world.source.champions["marrakech", MAX]
    second = world.promote(MAX, 20, constant=3.0)
    fresh = restarted(world)
    fresh.reconcile()
    assert (await served(fresh))["served_by"] == "champion"

    world.artifacts.by_digest.pop(second.artifact_sha256)  # the champion cannot be had any more
    fresh = restarted(world)
    fresh.reconcile()
    found = await served(fresh)
    assert (found["served_by"], found["epoch"]) == ("previous_champion", first.epoch)
    assert found["reason"]

    world.artifacts.by_digest.pop(first.artifact_sha256)  # nor the one before
    fresh = restarted(world)
    fresh.reconcile()
    found = await served(fresh)
    assert found["served_by"] == "climatology"
    assert found["reason"]

    world.source.observe(weather(12))  # nor is there enough for a climatology
    fresh = restarted(world)
    fresh.reconcile()
    assert (await forecast_of(fresh)).status_code == 503


async def test_champion_in_memory_serves_on_as_the_previous_one_and_says_why(world: World) -> None:
    before = world.source.champions["marrakech", MAX]
    world.artifacts.error = ConnectionError("MLflow is away")
    world.promote(MAX, 20, constant=3.0)
    world.reconcile()
    found = await served(world)
    assert (found["served_by"], found["epoch"]) == ("previous_champion", before.epoch)
    assert "MLflow is away" in str(found["reason"])
    world.artifacts.error = None
    world.now += FIRST_RETRY
    world.reconcile()
    assert (await served(world))["served_by"] == "champion"


async def test_champion_that_cannot_look_back_leaves_the_answer_to_the_one_before(
    world: World,
) -> None:
    digest = world.artifacts.add(fragile_artifact(MAX))
    world.source.promote(make_champion(MAX, 20, sha256=digest))
    fresh = restarted(world)
    fresh.reconcile()
    assert (await served(fresh))["served_by"] == "previous_champion"


async def test_next_champion_is_not_taken_for_the_previous_one(world: World) -> None:
    world.promote(MAX, 20, constant=3.0)
    world.reconcile()
    assert (await served(world))["served_by"] == "champion"

"""What serves a variable: its champion, else climatology by name, else nothing: never made up."""

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.unit.api.conftest import client_of
from tests.unit.api.world import World, weather

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

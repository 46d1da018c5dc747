"""`GET /api/v1/archive`: what was observed, in the same shape."""

import dataclasses
from datetime import timedelta

import httpx
import numpy as np
import pytest

from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.unit.api.conftest import client_of
from tests.unit.api.world import LAST_DATE, World, weather

pytestmark = pytest.mark.anyio

URL = "/api/v1/archive?site=marrakech"


async def test_archive_answers_the_last_thirty_days_by_default(client: httpx.AsyncClient) -> None:
    found = (await client.get(URL)).json()
    assert len(found["daily"]["time"]) == 30
    assert found["daily"]["time"][-1] == LAST_DATE.isoformat()
    assert list(found["daily"])[1:] == [variable.value for variable in Variable]


async def test_archive_answers_the_days_asked_for_both_ends_included(
    world: World, client: httpx.AsyncClient
) -> None:
    found = (await client.get(f"{URL}&start_date=2026-01-01&end_date=2026-01-03")).json()
    history = world.source.histories["marrakech"]
    first = history.position(LAST_DATE.replace(month=1, day=1))
    assert found["daily"]["time"] == ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert found["daily"]["temperature_2m_max"] == (
        history.column(Variable.TEMPERATURE_MAX)[first : first + 3].round(1).tolist()
    )


async def test_archive_answers_null_for_what_was_not_observed() -> None:
    history = weather()
    values = {name: column.copy() for name, column in history.values.items()}
    values[Variable.TEMPERATURE_MAX][-2] = np.nan
    del values[Variable.SURFACE_PRESSURE_MEAN]  # as at a site that never observed any
    world = World()
    world.source.observe(DailyHistory(history.first_date, values))
    world.reconcile()
    async with client_of(world) as client:
        daily = (await client.get(URL)).json()["daily"]
    assert daily["temperature_2m_max"][-2] is None
    assert daily["temperature_2m_max"][-1] is not None
    assert set(daily["surface_pressure_mean"]) == {None}


async def test_archive_is_cut_to_what_was_observed(client: httpx.AsyncClient) -> None:
    first = LAST_DATE - timedelta(days=799)
    found = (await client.get(f"{URL}&start_date=1940-01-01&end_date=2999-01-01")).json()
    assert found["daily"]["time"][0] == first.isoformat()
    assert found["daily"]["time"][-1] == LAST_DATE.isoformat()


@pytest.mark.parametrize(
    "dates", ["end_date=0001-01-01", "start_date=9999-12-31", "end_date=2020-01-01"]
)
async def test_archive_refuses_days_outside_the_observations(
    client: httpx.AsyncClient, dates: str
) -> None:
    response = await client.get(f"{URL}&{dates}")
    assert response.status_code == 422
    assert "the observations reach from 2024-09-14 to 2026-11-22" in response.json()["detail"]


async def test_archive_refuses_an_end_before_the_start(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{URL}&start_date=2026-02-01&end_date=2026-01-01")
    assert response.json()["detail"] == "end_date lies before start_date."


async def test_archive_of_a_site_without_observations_says_what_happens_next() -> None:
    world = World()
    world.reconcile()
    async with client_of(world) as client:
        response = await client.get(URL)
    assert response.status_code == 503
    assert "none so far" in response.json()["detail"]


async def test_elevation_is_left_out_where_it_is_unknown(world: World) -> None:
    world.source.sites = (dataclasses.replace(world.source.sites[0], elevation=None),)
    world.reconcile()
    async with client_of(world) as client:
        assert "elevation" not in (await client.get(URL)).json()

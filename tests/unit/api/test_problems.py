"""Every error is problem details (RFC 9457) and says what was wrong, with what, and what to do."""

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from api.answers.problems import MEDIA_TYPE
from tests.unit.api.conftest import client_of
from tests.unit.api.world import World

pytestmark = pytest.mark.anyio

FORECAST = "/api/v1/forecast?site=marrakech"


@pytest.mark.parametrize(
    ("url", "parameter", "value", "says"),
    [
        (f"{FORECAST}&temperature_unit=kelvin", "temperature_unit", "kelvin", "'celsius' or"),
        (f"{FORECAST}&daily=snowfall_sum", "daily", "snowfall_sum", "'temperature_2m_max'"),
        (f"{FORECAST}&forecast_days=8", "forecast_days", "8", "less than or equal to 7"),
        (f"{FORECAST}&forecast_days=two", "forecast_days", "two", "valid integer"),
        (f"{FORECAST}&timezone=Mars/Olympus", "timezone", "Mars/Olympus", "'Africa/Casablanca'"),
        (f"{FORECAST}&forecastdays=3", "forecastdays", "3", "/docs lists"),
        ("/api/v1/forecast?latitude=91&longitude=0", "latitude", "91", "less than or equal to 90"),
        ("/api/v1/forecast?latitude=NaN&longitude=0", "latitude", "NaN", "finite"),
        ("/api/v1/forecast?latitude=0&longitude=-1e999", "longitude", "-1e999", "finite"),
        ("/api/v1/forecast?latitude=1,2&longitude=3,4", "latitude", "1,2", "valid number"),
        ("/api/v1/models/marrakech/snow", "variable", "snow", "'temperature_2m_max'"),
        ("/api/v1/events?limit=1000", "limit", "1000", "less than or equal to 200"),
        (f"/api/v1/events?before={10**30}", "before", str(10**30), "less than or equal to"),
    ],
)
async def test_refusal_names_the_parameter_the_value_and_what_is_accepted(
    client: httpx.AsyncClient, url: str, parameter: str, value: str, says: str
) -> None:
    response = await client.get(url)
    assert response.status_code == 422
    fault = response.json()["errors"][0]
    assert (fault["parameter"], fault["value"]) == (parameter, value)
    assert says in fault["detail"]
    assert f"{parameter}={value!r}" in response.json()["detail"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "say which place: site=marrakech, or latitude and longitude."),
        ("?latitude=31.6", "latitude and longitude belong together: give both."),
        ("?site=marrakech&latitude=1&longitude=2", "say which place"),
    ],
)
async def test_refusal_says_how_to_name_a_place(
    client: httpx.AsyncClient, query: str, says: str
) -> None:
    response = await client.get(f"/api/v1/forecast{query}")
    assert response.status_code == 422
    assert says in response.json()["detail"]


async def test_problem_has_the_members_of_the_rfc(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v1/forecast?site=atlantis")
    assert response.headers["content-type"] == MEDIA_TYPE
    assert response.json() == {
        "type": "urn:climate:problem:site-not-found",
        "title": "Site not found",
        "status": 404,
        "detail": "There is no site 'atlantis'; there is: marrakech.",
        "instance": "/api/v1/forecast",
    }


async def test_long_value_is_not_quoted_back_in_full(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{FORECAST}&timezone={'x' * 5000}")
    assert response.status_code == 422
    assert len(response.content) < 1000


async def test_unknown_path_and_method_are_problems_too(client: httpx.AsyncClient) -> None:
    missing = await client.get("/api/v2/forecast")
    assert (missing.status_code, missing.headers["content-type"]) == (404, MEDIA_TYPE)
    assert missing.json()["type"] == "about:blank"
    refused = await client.post(FORECAST)
    assert (refused.status_code, refused.headers["content-type"]) == (405, MEDIA_TYPE)
    assert refused.headers["allow"] == "GET"


@pytest.mark.parametrize(
    "url", ["/api/v1/decisions", "/api/v1/events", "/api/v1/models/marrakech/temperature_2m_max"]
)
async def test_record_without_its_database_says_when_to_ask_again(
    world: World, client: httpx.AsyncClient, url: str
) -> None:
    world.record.error = OperationalError("select", {}, Exception("no route to host"))
    response = await client.get(url)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    assert "Forecasts are still served from memory" in response.json()["detail"]


async def test_record_is_not_asked_while_its_database_is_known_to_be_away(
    world: World, client: httpx.AsyncClient
) -> None:
    world.state.database.failed(ConnectionError("no route to host"))
    assert (await client.get("/api/v1/decisions")).status_code == 503
    world.state.database.succeeded()
    assert (await client.get("/api/v1/decisions")).status_code == 200


async def test_fault_of_our_own_is_a_problem_that_tells_nothing_of_the_inside(
    world: World, client: httpx.AsyncClient
) -> None:
    world.record.error = RuntimeError("secret inside")
    response = await client.get("/api/v1/decisions")
    assert (response.status_code, response.headers["content-type"]) == (500, MEDIA_TYPE)
    assert "secret" not in response.text
    assert "content-security-policy" in response.headers


async def test_process_that_has_read_nothing_yet_says_so() -> None:
    async with client_of(World()) as client:
        response = await client.get(FORECAST)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    assert response.json()["title"] == "Not ready"


@pytest.mark.parametrize(
    "url", ["/", "/docs", "/health/live", "/api/v1/sites", "/api/v1/forecast?site=marrakech"]
)
async def test_head_answers_as_get_without_the_body(client: httpx.AsyncClient, url: str) -> None:
    asked, head = await client.get(url), await client.head(url)
    assert head.status_code == asked.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == asked.headers["content-type"]
    assert "content-security-policy" in head.headers


async def test_head_of_nothing_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.head("/nowhere")).status_code == 404

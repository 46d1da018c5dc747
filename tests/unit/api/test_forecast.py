"""`GET /api/v1/forecast`: the answer's shape, and what can be asked for."""

import dataclasses
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from tests.unit.api.world import LAST_DATE, NOW, World

pytestmark = pytest.mark.anyio

URL = "/api/v1/forecast"
SITE = {"site": "marrakech"}


async def answer(client: httpx.AsyncClient, **query: object) -> dict[str, object]:
    """Return the answer to a query that is fine."""
    response = await client.get(URL, params={**SITE, **{k: str(v) for k, v in query.items()}})
    assert response.status_code == 200, response.text
    found: dict[str, object] = response.json()
    return found


async def test_forecast_begins_with_the_keys_of_open_meteo_in_their_order(
    client: httpx.AsyncClient,
) -> None:
    # The order is that of the recorded answers; an elevation that is unknown is left out there.
    found = await answer(client)
    assert list(found)[:7] == [
        "latitude",
        "longitude",
        "elevation",
        "generationtime_ms",
        "utc_offset_seconds",
        "timezone",
        "timezone_abbreviation",
    ]
    assert list(found)[-2:] == ["daily_units", "daily"]


async def test_forecast_holds_seven_days_of_five_variables_with_intervals(
    client: httpx.AsyncClient,
) -> None:
    daily = (await answer(client))["daily"]
    assert isinstance(daily, dict)
    assert daily["time"] == [(LAST_DATE + timedelta(days=lead)).isoformat() for lead in range(1, 8)]
    for variable in FORECAST_VARIABLES:
        lower_95, lower_80, value, upper_80, upper_95 = (
            daily[f"{variable}{suffix}"]
            for suffix in ("_lower_95", "_lower_80", "", "_upper_80", "_upper_95")
        )
        for place in range(7):
            assert (
                lower_95[place]
                <= lower_80[place]
                <= value[place]
                <= upper_80[place]
                <= upper_95[place]
            )
    assert all(0 <= chance <= 100 for chance in daily["precipitation_probability"])


async def test_forecast_says_what_made_it(client: httpx.AsyncClient) -> None:
    found = await answer(client)
    models = found["models"]
    assert isinstance(models, dict)
    assert set(models) == {variable.value for variable in FORECAST_VARIABLES}
    model = models["temperature_2m_max"]
    assert (model["served_by"], model["model_version"], model["epoch"]) == ("champion", "1", 1)
    assert found["reference_time"] == LAST_DATE.isoformat()
    assert found["provenance"] == "open-meteo"
    assert "Open-Meteo" in str(found["attribution"])
    assert (found["stale"], found["stale_days"]) == (False, 0)


@pytest.mark.parametrize(
    "query",
    [
        "daily=precipitation_sum,temperature_2m_max",
        "daily=precipitation_sum&daily=temperature_2m_max",
        "daily=precipitation_sum,temperature_2m_max&daily=precipitation_sum",
    ],
)
async def test_forecast_answers_the_series_asked_for_in_their_order(
    client: httpx.AsyncClient, query: str
) -> None:
    daily = (await client.get(f"{URL}?site=marrakech&{query}")).json()["daily"]
    assert [name for name in daily if "er_" not in name] == [
        "time",
        "precipitation_sum",
        "temperature_2m_max",
    ]


async def test_forecast_takes_open_meteos_name_of_the_chance_of_rain(
    client: httpx.AsyncClient,
) -> None:
    found = await answer(client, daily="precipitation_probability_max")
    assert found["daily_units"] == {"time": "iso8601", "precipitation_probability_max": "%"}


async def test_forecast_of_an_empty_daily_is_that_of_everything(client: httpx.AsyncClient) -> None:
    assert (await answer(client, daily=""))["daily"] == (await answer(client))["daily"]


async def test_forecast_is_cut_to_the_days_asked_for(client: httpx.AsyncClient) -> None:
    daily = (await answer(client, forecast_days=2))["daily"]
    assert isinstance(daily, dict)
    assert {len(series) for series in daily.values()} == {2}


async def test_forecast_comes_in_the_units_asked_for(client: httpx.AsyncClient) -> None:
    metric = await answer(client)
    other = await answer(
        client, temperature_unit="fahrenheit", wind_speed_unit="ms", precipitation_unit="inch"
    )
    assert isinstance(metric["daily"], dict)
    assert isinstance(other["daily"], dict)
    assert isinstance(other["daily_units"], dict)
    celsius = metric["daily"]["temperature_2m_max_upper_95"][0]
    # Both are rounded to a tenth.
    assert other["daily"]["temperature_2m_max_upper_95"][0] == pytest.approx(
        celsius * 1.8 + 32, abs=0.15
    )
    assert other["daily_units"]["wind_speed_10m_max"] == "m/s"
    assert other["daily_units"]["precipitation_sum_upper_80"] == "inch"


async def test_unix_times_plus_the_offset_give_the_days_back(client: httpx.AsyncClient) -> None:
    # New York is five hours behind in November; Open-Meteo's clients add the offset.
    found = await answer(client, timeformat="unixtime", timezone="America/New_York")
    assert found["utc_offset_seconds"] == -5 * 3600
    assert found["timezone_abbreviation"] == "GMT-5"
    assert isinstance(found["daily"], dict)
    local_midnight = datetime.fromtimestamp(found["daily"]["time"][0] - 5 * 3600, UTC)
    assert local_midnight == datetime(2026, 11, 23, tzinfo=UTC)


async def test_automatic_time_zone_is_that_of_the_site(
    world: World, client: httpx.AsyncClient
) -> None:
    world.source.sites = (dataclasses.replace(world.source.sites[0], timezone="Asia/Kathmandu"),)
    world.reconcile()
    found = await answer(client, timezone="auto")
    # Nepal is 5 hours and 45 minutes ahead.
    assert (found["timezone"], found["timezone_abbreviation"]) == ("Asia/Kathmandu", "GMT+5:45")
    assert found["utc_offset_seconds"] == 20_700


async def test_point_is_served_by_the_nearest_site(client: httpx.AsyncClient) -> None:
    response = await client.get(URL, params={"latitude": 31.5, "longitude": -8.1})
    assert response.json()["site"] == "marrakech"


async def test_point_far_from_every_site_is_not_found(client: httpx.AsyncClient) -> None:
    response = await client.get(URL, params={"latitude": 33.57, "longitude": -7.59})
    assert response.status_code == 404
    # Casablanca lies some 220 km from Marrakech.
    assert response.json()["detail"] == (
        "No site lies within 25 km of 33.57, -7.59; the nearest is marrakech, 219 km away."
    )


async def test_stale_forecast_says_by_how_much(world: World, client: httpx.AsyncClient) -> None:
    world.now = NOW + timedelta(days=3)
    found = await answer(client)
    assert (found["stale"], found["stale_days"]) == (True, 3)


async def test_forecast_is_not_stale_before_yesterday_can_have_been_collected(
    world: World, client: httpx.AsyncClient
) -> None:
    # At 05:00 the day before yesterday is the newest complete day at the source.
    world.now = datetime(2026, 11, 24, 5, tzinfo=UTC)
    assert (await answer(client))["stale"] is False
    world.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert (await answer(client))["stale_days"] == 1


async def test_forecast_is_not_stale_before_yesterday_has_ended_in_utc(
    world: World, client: httpx.AsyncClient
) -> None:
    # At 10:00 in Sydney the UTC day that is yesterday there has an hour to go.
    world.source.sites = (dataclasses.replace(world.source.sites[0], timezone="Australia/Sydney"),)
    world.reconcile()
    world.now = datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert (await answer(client))["stale"] is False


async def test_forecast_is_made_once_and_not_by_requests(
    world: World, client: httpx.AsyncClient
) -> None:
    before = world.state.snapshot
    await answer(client)
    await answer(client, daily=Variable.TEMPERATURE_MAX.value)
    assert world.state.snapshot is before
    assert world.source.histories_read == 1

"""Open-Meteo's own paths: parameters, shapes, formats and errors as its clients know them."""

from datetime import timedelta

import httpx
import numpy as np
import pytest
from openmeteo_sdk.Aggregation import Aggregation
from openmeteo_sdk.Unit import Unit
from openmeteo_sdk.Variable import Variable as Name
from openmeteo_sdk.WeatherApiResponse import WeatherApiResponse

from api.answers.units import PRECIPITATION_UNITS, TEMPERATURE_UNITS, WIND_SPEED_UNITS, Units
from shared.forecasting.variables import Variable
from tests.unit.api.world import LAST_DATE, World

pytestmark = pytest.mark.anyio
HERE = "latitude=31.63&longitude=-8.0"


async def test_answer_holds_the_series_asked_for_and_no_others(client: httpx.AsyncClient) -> None:
    response = await client.get(f"/v1/forecast?{HERE}&daily=temperature_2m_max,precipitation_sum")
    found = response.json()
    assert list(found["daily"]) == ["time", "temperature_2m_max", "precipitation_sum"]
    assert found["daily_units"]["temperature_2m_max"] == "°C"
    # The keys of Open-Meteo's own answer, and one of ours.
    assert set(found) == {
        *("latitude", "longitude", "generationtime_ms", "utc_offset_seconds", "timezone"),
        *("timezone_abbreviation", "elevation", "daily_units", "daily", "climate"),
    }
    assert found["climate"]["site"] == "marrakech"
    assert found["climate"]["served_by"]["precipitation_sum"]["served_by"] == "champion"


async def test_interval_is_a_series_that_can_be_asked_for(client: httpx.AsyncClient) -> None:
    response = await client.get(f"/v1/forecast?{HERE}&daily=temperature_2m_max_lower_80")
    assert list(response.json()["daily"]) == ["time", "temperature_2m_max_lower_80"]


async def test_answer_without_daily_is_the_place_alone(client: httpx.AsyncClient) -> None:
    found = (await client.get(f"/v1/forecast?{HERE}")).json()
    assert "daily" not in found


async def test_several_places_come_as_a_list_with_their_own_zones(
    client: httpx.AsyncClient,
) -> None:
    response = await client.get(
        "/v1/forecast?latitude=31.63,31.64&longitude=-8.0,-8.01&daily=temperature_2m_min"
        "&timezone=Africa/Casablanca,GMT"
    )
    first, second = response.json()
    assert (first["timezone"], second["timezone"]) == ("Africa/Casablanca", "GMT")
    # Open-Meteo numbers every place but the first.
    assert ("location_id" in first, second["location_id"]) == (False, 1)


async def test_archive_answers_the_days_asked_for(client: httpx.AsyncClient) -> None:
    first = LAST_DATE - timedelta(days=2)
    response = await client.get(
        f"/v1/archive?{HERE}&start_date={first}&end_date={LAST_DATE}&daily=wind_speed_10m_max"
        "&wind_speed_unit=ms"
    )
    found = response.json()
    assert len(found["daily"]["time"]) == 3
    assert found["daily_units"]["wind_speed_10m_max"] == "m/s"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (f"{HERE}&hourly=temperature_2m", "hourly"),
        (f"{HERE}&daily=snowfall_sum", "snowfall_sum"),
        (f"{HERE}&past_days=3", "past_days"),
        ("latitude=1&longitude=2,3", "one of each"),
        ("latitude=1,2,3&longitude=2,3,4&timezone=GMT,UTC", "timezone"),
        ("latitude=91&longitude=0", "latitude"),
        ("latitude=NaN&longitude=0", "latitude"),
        ("latitude=0&longitude=0", "No site lies within 25 km"),
        (f"{HERE}&daily=temperature_2m_max_upper_95&format=flatbuffers", "binary format"),
    ],
)
async def test_refusal_has_open_meteos_shape(
    client: httpx.AsyncClient, query: str, said: str
) -> None:
    response = await client.get(f"/v1/forecast?{query}")
    assert response.status_code == 400
    assert response.json()["error"] is True
    assert said in response.json()["reason"]
    assert set(response.json()) == {"error", "reason"}


async def test_unknown_path_has_open_meteos_shape(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/marine")
    assert response.status_code == 400
    assert response.json()["error"] is True


async def test_flatbuffers_hold_what_json_holds(client: httpx.AsyncClient) -> None:
    names = "precipitation_probability_max,temperature_2m_max,wind_speed_10m_max"
    query = f"/v1/forecast?{HERE}&daily={names}&timezone=Africa/Casablanca&wind_speed_unit=kn"
    as_json = (await client.get(f"{query}&timeformat=unixtime")).json()
    content = (await client.get(f"{query}&format=flatbuffers")).content
    assert int.from_bytes(content[:4], "little") == len(content) - 4
    message = WeatherApiResponse.GetRootAs(content, 4)
    assert message.Timezone() == b"Africa/Casablanca"
    assert message.UtcOffsetSeconds() == as_json["utc_offset_seconds"]
    daily = message.Daily()
    assert daily is not None
    assert daily.Time() == as_json["daily"]["time"][0]
    assert daily.TimeEnd() == daily.Time() + 7 * daily.Interval()
    for n, name in enumerate(names.split(",")):
        series = daily.Variables(n)
        assert series is not None
        np.testing.assert_allclose(series.ValuesAsNumpy(), as_json["daily"][name], rtol=1e-6)
    series = daily.Variables(1)
    assert series is not None
    assert (series.Variable(), series.Aggregation(), series.Altitude(), series.Unit()) == (
        *(Name.temperature, Aggregation.maximum, 2, Unit.celsius),
    )


async def test_every_variable_and_unit_can_be_written_as_flatbuffers(
    client: httpx.AsyncClient,
) -> None:
    names = ",".join(Variable)
    days = f"start_date={LAST_DATE}&end_date={LAST_DATE}&format=flatbuffers"
    for temperature in TEMPERATURE_UNITS:
        for wind in WIND_SPEED_UNITS:
            for precipitation in PRECIPITATION_UNITS:
                asked = Units(temperature, wind, precipitation)
                response = await client.get(
                    f"/v1/archive?{HERE}&daily={names}&{days}&temperature_unit={asked.temperature}"
                    f"&wind_speed_unit={asked.wind_speed}"
                    f"&precipitation_unit={asked.precipitation}"
                )
                assert response.status_code == 200, response.text


async def test_places_come_as_one_message_each(client: httpx.AsyncClient) -> None:
    content = (
        await client.get(
            "/v1/forecast?latitude=31.63,31.64&longitude=-8.0,-8.01&daily=temperature_2m_min"
            "&format=flatbuffers"
        )
    ).content
    second = int.from_bytes(content[:4], "little") + 4
    assert WeatherApiResponse.GetRootAs(content, second + 4).LocationId() == 1


async def test_nothing_to_forecast_from_says_when_to_ask_again(
    client: httpx.AsyncClient, world: World
) -> None:
    world.state.swap(world.state.snapshot.only([]))
    response = await client.get(f"/v1/forecast?{HERE}")
    assert response.status_code == 503
    assert response.json()["error"] is True
    assert "Retry-After" in response.headers

"""The simulator answers in Open-Meteo's shape, and never ahead of today."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from collector.simulator.climate import MARRAKECH
from collector.simulator.weather import simulate
from shared.forecasting.variables import LEAD_DAYS, VARIABLES, Variable
from tests.support.stand_in import (
    ARCHIVE_URL,
    FORECAST_URL,
    PREVIOUS_RUNS_URL,
    TODAY,
    simulator,
)

PLACE = {"latitude": "31.63", "longitude": "-8.0", "elevation": "466"}
SPAN = {"start_date": "2026-11-01", "end_date": "2026-11-23"}
DAILY = {"daily": "temperature_2m_max"}


def ask(url: str = ARCHIVE_URL, **parameters: str | list[str]) -> httpx.Response:
    with httpx.Client(transport=simulator()) as http:
        return http.get(url, params=parameters)


def reason(response: httpx.Response) -> str:
    assert response.status_code == 400
    content = response.json()
    assert content["error"] is True
    return str(content["reason"])


def test_archive_answers_with_the_simulated_days_in_open_meteos_shape() -> None:
    content = ask(**PLACE, **SPAN, daily=",".join(Variable), timezone="GMT").json()
    assert content["utc_offset_seconds"] == 0
    assert content["elevation"] == 466.0
    assert content["daily_units"] == {"time": "iso8601"} | {
        variable: info.unit for variable, info in VARIABLES.items()
    }
    assert content["daily"]["time"][0] == "2026-11-01"
    assert content["daily"]["time"][-1] == "2026-11-23"
    weather = simulate(MARRAKECH, date(2026, 11, 1), date(2026, 11, 23))
    for variable in Variable:
        assert content["daily"][variable] == weather[variable].tolist()


def test_archive_answers_several_places_with_a_list() -> None:
    content: list[dict[str, Any]] = ask(
        latitude="31.63,51.5", longitude="-8.0,-0.1", **SPAN, **DAILY
    ).json()
    assert [place["latitude"] for place in content] == [31.63, 51.5]
    assert "location_id" not in content[0]
    assert content[1]["location_id"] == 1


def test_archive_takes_old_spellings_and_gives_them_back() -> None:
    content = ask(**PLACE, **SPAN, daily=["windspeed_10m_max", "temperature_2m_min"]).json()
    assert list(content["daily"]) == ["time", "windspeed_10m_max", "temperature_2m_min"]


def test_archive_ends_today() -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    asked = ask(**PLACE, **DAILY, start_date="2026-11-01", end_date=tomorrow)
    assert reason(asked) == (
        "Parameter 'end_date' is out of allowed range from 1940-01-01 to 2026-11-23"
    )


def test_forecast_serves_past_days_and_keeps_the_future_to_itself() -> None:
    content = ask(FORECAST_URL, **PLACE, **DAILY, past_days="2", forecast_days="3").json()
    assert content["daily"]["time"] == [
        "2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25",
    ]  # fmt: skip
    values = content["daily"]["temperature_2m_max"]
    assert all(value is not None for value in values[:3])
    assert values[3:] == [None, None]


def test_forecast_agrees_with_the_archive_about_the_past() -> None:
    span = {"start_date": "2026-11-20", "end_date": "2026-11-22"}
    archive, forecast = (ask(url, **PLACE, **DAILY, **span) for url in (ARCHIVE_URL, FORECAST_URL))
    assert archive.json()["daily"] == forecast.json()["daily"]


def test_reanalysis_is_five_days_late() -> None:
    content = ask(**PLACE, **SPAN, **DAILY, models="era5_seamless").json()
    values = dict(
        zip(content["daily"]["time"], content["daily"]["temperature_2m_max"], strict=True)
    )
    assert values["2026-11-18"] is not None
    assert values["2026-11-19"] is None


def test_a_post_is_answered_as_a_get_is() -> None:
    asked = PLACE | SPAN | DAILY
    expected = ask(**asked).json()["daily"]
    with httpx.Client(transport=simulator()) as http:
        as_form = http.post(ARCHIVE_URL, data=asked).json()
        numbers = {"latitude": [31.63], "longitude": [-8.0], "elevation": 466}
        as_json = http.post(ARCHIVE_URL, json=asked | numbers).json()
        nonsense = http.post(
            ARCHIVE_URL, content=b"[", headers={"content-type": "application/json"}
        )
    assert as_form["daily"] == as_json["daily"] == expected
    assert "no JSON object" in reason(nonsense)


def previous_runs(first: str, last: str, hourly: str) -> dict[str, Any]:
    url = PREVIOUS_RUNS_URL
    content: dict[str, Any] = ask(
        url, **PLACE, start_date=first, end_date=last, hourly=hourly
    ).json()
    return content


def test_previous_runs_give_what_was_predicted_so_many_days_before() -> None:
    names = "temperature_2m,temperature_2m_previous_day1,wind_speed_10m_previous_day7"
    content = previous_runs("2026-03-01", "2026-03-02", names)
    assert list(content["hourly"]) == ["time", *names.split(",")]
    assert content["hourly"]["time"][-1] == "2026-03-02T23:00"
    assert content["hourly_units"]["wind_speed_10m_previous_day7"] == "km/h"
    assert all(len(values) == 48 for values in content["hourly"].values())
    highest = max(content["hourly"]["temperature_2m"][:24])
    day = date(2026, 3, 1)
    assert highest == simulate(MARRAKECH, day, day)[Variable.TEMPERATURE_MAX][0]


def test_a_prediction_is_there_once_the_day_it_was_made_on_is_over() -> None:
    names = ",".join(f"precipitation_previous_day{lead}" for lead in LEAD_DAYS)
    hours = previous_runs("2026-11-20", "2026-12-05", names)["hourly"]
    for lead in LEAD_DAYS:
        known = [value is not None for value in hours[f"precipitation_previous_day{lead}"]]
        last_known = date.fromisoformat(hours["time"][sum(known) - 1][:10])
        assert known == sorted(known, reverse=True)
        assert last_known == TODAY + timedelta(days=lead - 1)  # as predicted yesterday


def test_predictions_were_not_kept_before_2024() -> None:
    hours = previous_runs("2024-01-18", "2024-01-19", "temperature_2m_previous_day1")["hourly"]
    known = [value is not None for value in hours["temperature_2m_previous_day1"]]
    assert known == [False] * 24 + [True] * 24


@pytest.mark.parametrize("name", ["temperature_2m_previous_day8", "rain", "precipitation_sum"])
def test_previous_runs_say_which_series_there_are(name: str) -> None:
    content = previous_runs("2026-03-01", "2026-03-02", name)
    assert f"invalid String value {name} for key hourly" in content["reason"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"latitude": "522.5"}, "Latitude must be in range of -90 to 90°. Given: 522.5."),
        ({"latitude": "nan"}, "Latitude must be in range"),
        ({"longitude": "190"}, "Longitude must be in range of -180 to 180°. Given: 190.0."),
        ({"latitude": "north"}, "Parameter 'latitude' is no number: 'north'"),
        ({"latitude": "1,2"}, "must have the same number of elements"),
        ({"latitude": "", "longitude": "", "elevation": ""}, "are required"),
        ({"elevation": "9000"}, "Elevation must be in range of -430 to 6000"),
        ({"start_date": "2026-11-05", "end_date": "2026-11-01"}, "End-date must be larger"),
        ({"start_date": "1939-12-31"}, "'start_date' is out of allowed range from 1940-01-01"),
        ({"start_date": "01/11/2026"}, "Invalid date format. Make sure to use 'YYYY-MM-DD'"),
        ({"end_date": None}, "Both 'start_date' and 'end_date' must be set in the url"),
        ({"past_days": "3"}, "Parameter 'past_days' is mutually exclusive"),
        (
            {"daily": "tempeture"},
            "Cannot initialize WeatherVariable from invalid String value temp",
        ),
        ({"daily": None}, "Parameter 'daily' must name"),
        ({"hourly": "temperature_2m"}, "Parameter 'hourly' is not served at /v1/archive"),
        ({"temperature_unit": "fahrenheit"}, "Parameter 'temperature_unit' can only be"),
        ({"models": "bogus"}, "Cannot initialize MultiDomains from invalid String value bogus"),
        ({"timezone": "Africa/Casablanca"}, "Invalid timezone"),
    ],
)
def test_archive_says_what_is_wrong(parameters: dict[str, str | None], expected: str) -> None:
    asked = PLACE | SPAN | DAILY | parameters
    sent = {name: text for name, text in asked.items() if text is not None}
    assert expected in reason(ask(**sent))


def test_forecast_refuses_too_many_past_days() -> None:
    asked = ask(FORECAST_URL, **PLACE, **DAILY, past_days="120")
    assert reason(asked) == "Past days is invalid. Allowed range 0 to 93. Given 120."


def test_health_says_what_day_it_is() -> None:
    assert ask("http://source.test/health").json() == {"status": "ok", "today": "2026-11-23"}

"""Recorded days come in Open-Meteo's shape; misbehaviour comes when, and as, it was ordered."""

from datetime import date, timedelta
from typing import Any

import httpx
import numpy as np
import pytest

from collector.recorded.app import create_app
from collector.recorded.faults import Fault
from collector.recorded.rules import Rule
from collector.recorded.world import World
from collector.simulator.climate import MARRAKECH
from shared.forecasting.variables import VARIABLES, Variable
from tests.support.recorded import LONDON, TODAY, error_cases, made_up_library
from tests.support.stand_in import ARCHIVE_URL, FORECAST_URL, PREVIOUS_RUNS_URL, AppTransport

SPAN = {"start_date": "2026-11-01", "end_date": "2026-11-23"}
ONE = {"latitude": "31.63", "longitude": "-8.0", "elevation": "466"}
TWO = {"latitude": "31.63,51.48", "longitude": "-8.0,-0.45", "elevation": "466,25"}
ALL = {"daily": ",".join(Variable), "timezone": "GMT"}


@pytest.fixture
def world() -> World:
    return World(made_up_library(), today=TODAY)


def ask(world: World, url: str = ARCHIVE_URL, **parameters: str) -> httpx.Response:
    with httpx.Client(transport=AppTransport(create_app(world))) as http:
        return http.get(url, params=parameters)


def order(world: World, method: str, path: str, content: object = None) -> httpx.Response:
    with httpx.Client(transport=AppTransport(create_app(world))) as http:
        return http.request(method, f"http://source.test{path}", json=content)


def test_recorded_days_come_in_open_meteos_shape(world: World) -> None:
    content = ask(world, **ONE, **SPAN, **ALL).json()
    assert content["utc_offset_seconds"] == 0
    assert content["daily_units"] == {"time": "iso8601"} | {
        variable: info.unit for variable, info in VARIABLES.items()
    }
    assert content["daily"]["time"][0] == "2026-11-01"
    recorded = world.library.recordings[0].history
    for variable in Variable:
        expected = recorded.column(variable)[recorded.position(date(2026, 11, 1)) :]
        assert content["daily"][variable] == expected.tolist()


def test_days_that_were_not_recorded_are_null(world: World) -> None:
    content = ask(world, **ONE, **ALL, start_date="2023-12-31", end_date="2024-01-01").json()
    assert content["daily"]["temperature_2m_max"][0] is None
    assert content["daily"]["temperature_2m_max"][1] is not None


def test_the_world_ends_today_whatever_was_recorded(world: World) -> None:
    world.today = date(2025, 6, 10)
    past = ask(world, FORECAST_URL, **ONE, **ALL, past_days="1", forecast_days="2").json()
    assert past["daily"]["time"] == ["2025-06-09", "2025-06-10", "2025-06-11"]
    known = [value is not None for value in past["daily"]["temperature_2m_max"]]
    assert known == [True, True, False]
    late = ask(world, **ONE, **ALL, start_date="2025-06-05", end_date="2025-06-06",
               models="era5_seamless").json()  # fmt: skip
    assert [value is None for value in late["daily"]["temperature_2m_max"]] == [False, True]


def test_several_places_come_in_a_list(world: World) -> None:
    content = ask(world, **TWO, **SPAN, **ALL).json()
    assert "location_id" not in content[0]
    assert content[1]["location_id"] == 1
    assert content[0]["daily"] != content[1]["daily"]


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        (ONE | {"latitude": "0"}, "No data is available for this location"),
        (
            {"latitude": ",".join(["31.63"] * 900), "longitude": ",".join(["-8"] * 900)}
            | {"start_date": "2024-01-01"},
            "Your API call requests too much data.",
        ),
        (ONE | {"daily": "rain"}, "Cannot initialize WeatherVariable"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_the_sources_words(
    world: World, parameters: dict[str, str], reason: str
) -> None:
    answer = ask(world, **(SPAN | ALL | parameters))
    assert answer.status_code == 400
    assert answer.json()["reason"].startswith(reason)


def test_what_was_predicted_was_not_recorded(world: World) -> None:
    answer = ask(world, PREVIOUS_RUNS_URL, **ONE, **SPAN, hourly="temperature_2m_previous_day1")
    assert "not recorded" in answer.json()["reason"]


def test_names_are_found_as_geocoding_finds_them(world: World) -> None:
    found = ask(world, "http://source.test/v1/search", name="Place").json()["results"]
    assert [place["latitude"] for place in found] == [MARRAKECH.latitude, LONDON.latitude]
    assert "results" not in ask(world, "http://source.test/v1/search", name="Atlantis").json()


def test_geocoding_misbehaves_when_told_to(world: World) -> None:
    world.misbehave(Rule(Fault.GATEWAY_PAGE, path="/v1/search", times=1))
    assert ask(world, "http://source.test/v1/search", name="Place").status_code == 502
    assert ask(world, "http://source.test/v1/search", name="Place").status_code == 200
    world.misbehave(Rule(Fault.WRONG_UNITS))  # a name has none
    assert ask(world, "http://source.test/v1/search", name="Place").json()["results"]


def test_every_request_is_counted_with_its_weight(world: World) -> None:
    ask(world, **TWO, **ALL, start_date="2026-10-27", end_date="2026-11-23")  # 28 days
    world.today = TODAY + timedelta(1)
    ask(world, **ONE, **SPAN, daily="temperature_2m_max")
    ask(world, **ONE, daily="nonsense")
    # By the price list: places x variables / 10 x days / 14, at least 1; a failed request 1.
    assert [asked.weight for asked in world.asked] == [4.0, 1.0, 1.0]
    assert world.weight(TODAY) == 4.0
    assert world.weight() == 6.0
    assert [asked.status for asked in world.asked] == [200, 200, 400]
    world.forget()
    assert world.weight() == 0.0


def spoiled(world: World, fault: Fault, **rule: Any) -> Any:  # noqa: ANN401 - JSON
    world.misbehave(Rule(fault, **rule))
    return ask(world, **ONE, **SPAN, **ALL).json()


def test_faults_of_values(world: World) -> None:
    maximum = "temperature_2m_max"
    assert set(spoiled(world, Fault.NULLS)["daily"][maximum]) == {None}
    assert np.isnan(spoiled(world, Fault.NOT_A_NUMBER)["daily"][maximum][-1])
    assert spoiled(world, Fault.IMPOSSIBLE)["daily"][maximum][-1] == 9999.0
    assert isinstance(spoiled(world, Fault.TEXT)["daily"][maximum][0], str)
    assert len(spoiled(world, Fault.TOO_SHORT)["daily"][maximum]) == 22
    one_only = spoiled(world, Fault.NULLS, variable=maximum)["daily"]
    assert set(one_only[maximum]) == {None}
    assert None not in one_only["temperature_2m_min"]


def test_faults_of_shape(world: World) -> None:
    assert spoiled(world, Fault.WRONG_UNITS)["daily_units"]["temperature_2m_max"] == "°F"
    assert spoiled(world, Fault.SHIFTED_ZONE)["utc_offset_seconds"] == 3600
    assert spoiled(world, Fault.WRONG_DAYS)["daily"]["time"][0] == "1999-11-01"
    times = spoiled(world, Fault.DUPLICATE_DAY)["daily"]["time"]
    assert (len(times), len(set(times))) == (24, 23)
    assert len(spoiled(world, Fault.MISSING_DAY)["daily"]["time"]) == 22
    assert "wind_gusts_10m_max" not in spoiled(
        world, Fault.MISSING_SERIES, variable="wind_gusts_10m_max"
    )["daily"]  # fmt: skip
    assert spoiled(world, Fault.OTHER_PLACE)["latitude"] == -31.63
    assert "daily" not in spoiled(world, Fault.NO_SECTION)


def test_faults_of_one_place_leave_the_others_alone(world: World) -> None:
    world.misbehave(Rule(Fault.NULLS, place=1))
    first, second = ask(world, **TWO, **SPAN, **ALL).json()
    assert None not in first["daily"]["temperature_2m_max"]
    assert set(second["daily"]["temperature_2m_max"]) == {None}


def test_faults_of_the_list(world: World) -> None:
    world.misbehave(Rule(Fault.MISSING_PLACE))
    assert len(ask(world, **TWO, **SPAN, **ALL).json()) == 1
    world.misbehave(Rule(Fault.SWAPPED_PLACES))
    swapped = ask(world, **TWO, **SPAN, **ALL).json()
    assert [place["latitude"] for place in swapped] == [51.48, 31.63]


def test_faults_of_the_exchange(world: World) -> None:
    def answer(fault: Fault) -> httpx.Response:
        world.misbehave(Rule(fault, seconds=0.01))
        return ask(world, **ONE, **SPAN, **ALL)

    assert answer(Fault.GATEWAY_PAGE).status_code == 502
    assert answer(Fault.GATEWAY_PAGE).text.startswith("<html>")
    assert answer(Fault.EMPTY_BODY).content == b""
    assert answer(Fault.REDIRECT).status_code == 302
    assert "daily" in answer(Fault.DELAY).json()
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer(Fault.CUT_JSON).json()


def test_every_error_case_is_answered_as_it_was_recorded(world: World) -> None:
    world.error_cases = error_cases()
    assert len(world.error_cases) == 28
    for number, case in enumerate(world.error_cases, start=1):
        world.misbehave(Rule(Fault.ERROR_CASE, case=number))
        answer = ask(world, **ONE, **SPAN, **ALL)
        assert answer.status_code == case.http_status
        assert answer.headers["content-type"].startswith(case.content_type.partition(";")[0])
        if isinstance(case.body, dict):
            assert answer.json() == case.body
        else:
            assert answer.text.endswith((case.body or case.body_tail or "?")[-20:])


def test_a_rule_happens_to_the_nth_request_only(world: World) -> None:
    world.misbehave(Rule(Fault.GATEWAY_PAGE, skip=1, times=2))
    statuses = [ask(world, **ONE, **SPAN, **ALL).status_code for _ in range(4)]
    assert statuses == [200, 502, 502, 200]
    assert [asked.fault for asked in world.asked] == [None, "gateway_page", "gateway_page", None]


def test_an_outage_lasts_between_two_days_and_concerns_one_host(world: World) -> None:
    outage = Rule(
        Fault.GATEWAY_PAGE, path="/v1/archive", since=date(2025, 1, 1), until=date(2025, 12, 31)
    )
    world.misbehave(outage)
    for day, expected in (
        (date(2024, 12, 31), 200),
        (date(2025, 1, 1), 502),
        (date(2025, 12, 31), 502),
        (date(2026, 1, 1), 200),
    ):
        world.today = day
        asked = ONE | ALL | {"start_date": "2024-03-01", "end_date": "2024-03-02"}
        assert ask(world, **asked).status_code == expected
        recent = {"past_days": "1", "forecast_days": "1"}
        assert ask(world, FORECAST_URL, **ONE, **ALL, **recent).status_code == 200


def test_orders_come_over_http_as_well(world: World) -> None:
    assert order(world, "PUT", "/admin/today", {"today": "2025-06-10"}).json()["today"] == (
        "2025-06-10"
    )
    order(world, "PUT", "/admin/rules", [{"fault": "gateway_page", "times": 1}])
    assert ask(world, **ONE, **ALL, start_date="2025-06-01", end_date="2025-06-02").is_error
    state = order(world, "GET", "/admin/state").json()
    assert (state["requests"], state["weight"], state["rules"][0]["times"]) == (1, 1.0, 1)
    assert order(world, "GET", "/admin/requests").json()[0]["fault"] == "gateway_page"
    assert order(world, "DELETE", "/admin/requests").json() == []
    assert order(world, "PUT", "/admin/rules", []).json()["rules"] == []


def test_orders_that_make_no_sense_are_refused(world: World) -> None:
    for path, content in (
        ("/admin/rules", [{"fault": "gremlins"}]),
        ("/admin/rules", [{"fault": "nulls", "sometimes": True}]),
        ("/admin/today", {"today": "tomorrow"}),
    ):
        assert order(world, "PUT", path, content).status_code == 400


def test_sections_are_kept_ready_but_not_for_ever(world: World) -> None:
    first = ask(world, **ONE, **SPAN, **ALL).json()["daily"]
    for day in range(1, 600):
        start = (date(2024, 1, 1) + timedelta(day)).isoformat()
        ask(world, **ONE, daily="temperature_2m_max", start_date=start, end_date=start)
    assert ask(world, **ONE, **SPAN, **ALL).json()["daily"] == first

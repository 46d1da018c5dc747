"""Names become places, never by a guess. Answers as recorded of Open-Meteo where there are any."""

from typing import Any

import httpx
import pytest

from collector.errors import SourceRefused, SourceUnavailable
from collector.sites import Geocoder, PlaceAmbiguous, PlaceUnknown
from tests.support.data import SHARED_DATA

RECORDED = SHARED_DATA / "open-meteo-api"
# Written for these tests in the shape of a recorded answer; the two towns are real.
TWO_VALENCIAS: dict[str, Any] = {
    "results": [
        {
            "name": "Valencia", "latitude": 39.46975, "longitude": -0.37739, "elevation": 16.0,
            "country_code": "ES", "timezone": "Europe/Madrid", "population": 792492,
            "country": "Spain", "admin1": "Valencia",
        },
        {
            "name": "Valencia", "latitude": 10.16202, "longitude": -68.00765, "elevation": 481.0,
            "country_code": "VE", "timezone": "America/Caracas", "country": "Venezuela",
            "admin1": "Carabobo",
        },
    ],
    "generationtime_ms": 0.5,
}  # fmt: skip


def geocoder(answer: httpx.Response | Exception, asked: list[httpx.URL] | None = None) -> Geocoder:
    def respond(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request.url)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Geocoder("https://geocoding.test/v1/search", httpx.MockTransport(respond))


def recorded(name: str) -> httpx.Response:
    path = RECORDED / name
    if not path.exists():
        pytest.skip(f"no ../shared/data/open-meteo-api/{name} on this machine")
    return httpx.Response(200, content=path.read_bytes())


def test_name_of_one_place_is_that_place() -> None:
    asked: list[httpx.URL] = []
    place = geocoder(recorded("geocoding.json"), asked).find_one("Vodice")
    assert (place.latitude, place.longitude, place.elevation) == (46.18987, 14.49492, 338.0)
    assert place.timezone == "Europe/Ljubljana"
    assert str(place) == "Vodice, Municipality of Vodice, Slovenia (46.19, 14.49)"
    assert asked[0].params["name"] == "Vodice"
    assert "countryCode" not in asked[0].params


def test_answer_without_results_is_a_place_unknown() -> None:
    with pytest.raises(PlaceUnknown, match="No place 'Qqqq' was found: try another spelling"):
        geocoder(recorded("geocoding_no-match.json")).find_one("Qqqq")


def test_name_of_several_places_is_never_guessed() -> None:
    with pytest.raises(PlaceAmbiguous) as raised:
        geocoder(httpx.Response(200, json=TWO_VALENCIAS)).find_one("Valencia")
    assert str(raised.value).splitlines() == [
        "'Valencia' is the name of 2 places:",
        "  1  Valencia, Spain (39.47, -0.38)",
        "  2  Valencia, Carabobo, Venezuela (10.16, -68.01)",
        "Say which with --country (MA or Morocco) or --choose and its number.",
    ]


@pytest.mark.parametrize("country", ["VE", "ve", "Venezuela", "venezuela"])
def test_country_tells_places_apart(country: str) -> None:
    asked: list[httpx.URL] = []
    found = geocoder(httpx.Response(200, json=TWO_VALENCIAS), asked)
    assert found.find_one("Valencia", country=country).timezone == "America/Caracas"
    assert asked[0].params.get("countryCode") == ("VE" if len(country) == 2 else None)


def test_number_tells_places_apart() -> None:
    found = geocoder(httpx.Response(200, json=TWO_VALENCIAS))
    assert found.find_one("Valencia", choice=2).country == "Venezuela"


@pytest.mark.parametrize("choice", [0, 3])
def test_number_of_no_place_shows_the_places(choice: int) -> None:
    with pytest.raises(PlaceAmbiguous):
        geocoder(httpx.Response(200, json=TWO_VALENCIAS)).find_one("Valencia", choice=choice)


def test_country_without_such_a_place_is_said() -> None:
    with pytest.raises(PlaceUnknown, match="'Valencia' was found in FR"):
        geocoder(httpx.Response(200, json=TWO_VALENCIAS)).find_one("Valencia", country="FR")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("no route"),
        httpx.ReadTimeout("too late"),
        httpx.Response(502, text="<html>Bad Gateway</html>"),
        httpx.Response(429, json={"error": True, "reason": "Daily API request limit exceeded."}),
        httpx.Response(200, json={"error": True, "reason": "Something went wrong."}),
    ],
)
def test_source_that_does_not_answer_leaves_a_way_on(answer: httpx.Response | Exception) -> None:
    with pytest.raises(SourceUnavailable, match="give the position with --latitude"):
        geocoder(answer).find("Vodice")


@pytest.mark.parametrize(
    "body", ["", "<html>", '{"results": [{"na', '{"results": [{"name": "x"}]}', '{"results": 1}']
)
def test_answer_of_another_shape_is_refused(body: str) -> None:
    with pytest.raises(SourceRefused, match=r"not of the agreed shape .* or give the position"):
        geocoder(httpx.Response(200, text=body)).find("Vodice")

"""The client asks for what it needs, keeps what comes, and speaks to both sources."""

import json
from datetime import date, timedelta
from urllib.parse import parse_qsl

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import SourceRefused, SourceUnavailable
from collector.ports import DaysRequest, Outcome, PayloadSpan, PlaceAnswer
from collector.simulator.climate import MARRAKECH
from collector.simulator.weather import simulate
from shared.contracts.sites import DEFAULT_SITE, Site
from shared.forecasting.variables import FORECAST_VARIABLES, LEAD_DAYS, Variable
from tests.support.open_meteo import (
    REMOTE,
    TODAY,
    FakePayloadStore,
    SimulatorTransport,
    answer,
    as_json,
    client_of,
    hourly_answer,
)

A_DAY = timedelta(days=1)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 22)
SITE_ID = DEFAULT_SITE.site_id


def query(request: httpx.Request) -> dict[str, str]:
    """Return the parameters of a request, GET or POST."""
    return dict(request.url.params) | dict(parse_qsl(request.content.decode()))


def respond(request: httpx.Request, value: float = 20.0) -> httpx.Response:
    """Answer any request with one value everywhere."""
    asked = query(request)
    first, last = (date.fromisoformat(asked[name]) for name in ("start_date", "end_date"))
    make = answer if "daily" in asked else hourly_answer
    content = make(first, last)
    section = content["daily" if "daily" in asked else "hourly"]
    for name in set(section) - {"time"}:
        section[name] = [value] * len(section["time"])
    positions = zip(asked["latitude"].split(","), asked["longitude"].split(","), strict=True)
    places = [
        content
        | {"latitude": float(north), "longitude": float(east)}
        | ({"location_id": number} if number else {})
        for number, (north, east) in enumerate(positions)
    ]
    return httpx.Response(200, json=places if len(places) > 1 else places[0])


def sites(n: int) -> tuple[Site, ...]:
    return tuple(
        Site(f"site-{number}", "A site", 30.0 + number / 100, -8.0, None, "UTC")
        for number in range(n)
    )


def history(found: PlaceAnswer, variable: Variable) -> list[float]:
    assert found.history is not None
    values: list[float] = found.history.values[variable].tolist()
    return values


def test_settled_days_come_from_the_archive_and_the_newest_from_the_forecast_host() -> None:
    asked: list[tuple[str, str, str, str]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        q = query(request)
        asked.append((request.url.path, q["models"], q["start_date"], q["end_date"]))
        return respond(request, 10.0 if "archive" in request.url.path else 20.0)

    request = DaysRequest((DEFAULT_SITE,), FIRST, LAST)
    found = client_of(handle, endpoints=REMOTE).fetch(request)[SITE_ID]
    assert asked == [
        ("/v1/forecast", "best_match", "2026-11-17", "2026-11-22"),
        ("/v1/archive", "era5_seamless", "2026-11-01", "2026-11-16"),
    ]
    assert history(found, Variable.TEMPERATURE_MAX) == [10.0] * 16 + [20.0] * 6
    assert found.payloads == (PayloadSpan(FIRST, 2), PayloadSpan(date(2026, 11, 17), 1))
    assert (found.payload_on(FIRST), found.payload_on(LAST)) == (2, 1)


def test_many_places_travel_together() -> None:
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return respond(request)

    found = client_of(handle).fetch(DaysRequest(sites(700), LAST, LAST))
    assert len(found) == 700
    assert [request.method for request in requests] == ["POST"]


def test_every_answer_is_kept_before_it_is_read() -> None:
    payloads = FakePayloadStore()
    client = client_of(lambda _: httpx.Response(200, content=b'{"daily":'), payloads=payloads)
    with pytest.raises(SourceUnavailable, match="no complete JSON"):
        client.fetch(DaysRequest((DEFAULT_SITE,), LAST, LAST))
    (kept,) = payloads.kept
    assert (kept.status, kept.body, kept.outcome) == (200, b'{"daily":', Outcome.ANSWERED)
    assert (kept.site_ids, kept.first, kept.last, kept.weight) == ((SITE_ID,), LAST, LAST, 1.0)
    assert httpx.URL(kept.url).params["start_date"] == "2026-11-22"
    assert payloads.problems[1][0] is Outcome.UNAVAILABLE


def test_requests_without_an_answer_are_kept_too() -> None:
    payloads = FakePayloadStore()

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Name or service not known", request=request)

    with pytest.raises(SourceUnavailable):
        client_of(refuse, payloads=payloads, attempts=2).fetch(
            DaysRequest((DEFAULT_SITE,), FIRST, LAST)
        )
    assert [(kept.status, kept.outcome, kept.weight) for kept in payloads.kept] == [
        (None, Outcome.UNAVAILABLE, 1.0)
    ] * 2


def test_a_cut_off_answer_is_asked_for_again() -> None:
    bodies = [b'{"daily":', None]

    def handle(request: httpx.Request) -> httpx.Response:
        body = bodies.pop(0)
        return respond(request) if body is None else httpx.Response(200, content=body)

    found = client_of(handle, attempts=2).fetch(DaysRequest((DEFAULT_SITE,), LAST, LAST))
    assert history(found[SITE_ID], Variable.HUMIDITY_MEAN) == [20.0]


def test_one_place_that_is_refused_does_not_spoil_the_others() -> None:
    bad = Site("bad", "Nowhere", 95.0, 0.0, None, "UTC")
    asked: list[int] = []

    def handle(request: httpx.Request) -> httpx.Response:
        latitudes = query(request)["latitude"].split(",")
        asked.append(len(latitudes))
        if "95.0000" in latitudes:
            reason = "Latitude must be in range of -90 to 90°. Given: 95.0."
            return httpx.Response(400, json={"error": True, "reason": reason})
        return respond(request)

    places = (*sites(10)[:6], bad, *sites(10)[6:])
    found = client_of(handle).fetch(DaysRequest(places, LAST, LAST))
    assert [site_id for site_id in found if found[site_id].problem] == ["bad"]
    assert "Latitude must be in range" in str(found["bad"].problem)
    assert all(found[place.site_id].history for place in sites(10))
    assert len(asked) <= 9


def test_a_refusal_of_the_whole_request_is_not_asked_again_in_parts() -> None:
    payloads = FakePayloadStore()
    reason = "Data corrupted at path ''. Cannot initialize MultiDomains from invalid String value."
    refusal = httpx.Response(400, json={"error": True, "reason": reason})
    found = client_of(lambda _: refusal, payloads=payloads).fetch(
        DaysRequest(sites(20), LAST, LAST)
    )
    assert len(payloads.kept) == 1
    assert payloads.kept[0].outcome is Outcome.REFUSED
    assert all(isinstance(place.problem, SourceRefused) for place in found.values())


def test_a_place_whose_part_is_wrong_does_not_spoil_the_others() -> None:
    payloads = FakePayloadStore()

    def handle(request: httpx.Request) -> httpx.Response:
        places = json.loads(respond(request).content)
        places[1]["utc_offset_seconds"] = 3600
        return httpx.Response(200, json=places)

    found = client_of(handle, payloads=payloads).fetch(DaysRequest(sites(3), LAST, LAST))
    assert [place.problem is None for place in found.values()] == [True, False, True]
    assert payloads.problems[1][0] is Outcome.ANSWERED
    assert "offset of 3600 s" in payloads.problems[1][1]


VALID = as_json(answer(LAST, LAST))


@given(
    status=st.integers(100, 599) | st.just(200),
    body=st.binary(max_size=60)
    | st.builds(
        lambda at, width, middle: VALID[:at] + middle + VALID[at + width :],
        st.integers(0, len(VALID)),
        st.integers(0, 40),
        st.binary(max_size=10),
    ),
)
def test_whatever_a_source_sends_is_kept_and_ends_in_a_named_error_or_in_an_answer(
    status: int, body: bytes
) -> None:
    payloads = FakePayloadStore()
    client = client_of(lambda _: httpx.Response(status, content=body), payloads=payloads)
    try:
        found = client.fetch(DaysRequest((DEFAULT_SITE,), LAST, LAST))[SITE_ID]
        assert (found.history is None) == isinstance(found.problem, SourceRefused)
        is_good = found.problem is None
    except SourceUnavailable:
        is_good = False
    (kept,) = payloads.kept
    assert (kept.status, kept.body) == (status, body)
    assert payloads.outcome_of(1)[0] is Outcome.ANSWERED or not is_good
    assert bool(payloads.outcome_of(1)[1]) == (not is_good)


def test_guidance_of_a_reference_date_is_what_was_forecast_for_the_days_after_it() -> None:
    """The value of each hour says for which day, at which lead, it was forecast."""

    def handle(request: httpx.Request) -> httpx.Response:
        asked = query(request)
        first = date.fromisoformat(asked["start_date"])
        content = hourly_answer(first, date.fromisoformat(asked["end_date"]))
        section = content["hourly"]
        for name in set(section) - {"time"}:
            lead = int(name[-1])
            section[name] = [
                1000.0 * lead + (date.fromisoformat(time[:10]) - LAST).days + hour / 100
                for time in section["time"]
                for hour in [int(time[11:13])]
            ]
        return httpx.Response(200, json=content)

    found = client_of(handle).guidance(DaysRequest((DEFAULT_SITE,), LAST - A_DAY, LAST))[SITE_ID]
    assert found.problem is None
    assert found.guidance is not None
    assert set(found.guidance.values) == set(FORECAST_VARIABLES)
    assert found.guidance.first_date == LAST - A_DAY
    maxima = found.guidance.values[Variable.TEMPERATURE_MAX]
    expected = [
        [1000.0 * lead + lead + reference + 0.23 for lead in LEAD_DAYS] for reference in (-1, 0)
    ]
    np.testing.assert_allclose(maxima, expected)
    np.testing.assert_allclose(
        found.guidance.values[Variable.TEMPERATURE_MEAN], np.array(expected) - 0.115
    )


def test_guidance_of_a_day_with_a_missing_hour_is_missing() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        content = json.loads(respond(request).content)
        content["hourly"]["temperature_2m_previous_day2"][30] = None  # of the second valid day
        return httpx.Response(200, json=content)

    found = client_of(handle).guidance(DaysRequest((DEFAULT_SITE,), LAST, LAST))[SITE_ID]
    assert found.guidance is not None
    missing = np.isnan(found.guidance.values[Variable.TEMPERATURE_MIN][0])
    assert missing.tolist() == [False, True, False, False, False, False, False]
    assert not np.isnan(found.guidance.values[Variable.PRECIPITATION]).any()


def test_guidance_over_several_calls_is_one_piece() -> None:
    client = client_of(respond)
    small = type(client)(client.asking, client.endpoints, max_weight=2.1)
    found = small.guidance(DaysRequest((DEFAULT_SITE,), FIRST, LAST))[SITE_ID]
    assert found.guidance is not None
    assert found.guidance.n_dates == 22
    assert len(found.payloads) == 3


def test_fetch_from_the_simulator_gives_the_simulated_days() -> None:
    client = client_of(SimulatorTransport())
    found = client.fetch(DaysRequest((DEFAULT_SITE,), date(2015, 1, 1), LAST))[SITE_ID]
    assert found.history is not None
    weather = simulate(MARRAKECH, date(2015, 1, 1), LAST)
    for variable in Variable:
        np.testing.assert_array_equal(found.history.values[variable], weather[variable])


def test_fetch_of_today_from_the_simulator_is_todays_value() -> None:
    client = client_of(SimulatorTransport())
    found = client.fetch(DaysRequest((DEFAULT_SITE,), TODAY, TODAY))[SITE_ID]
    assert not np.isnan(history(found, Variable.TEMPERATURE_MAX)).any()


def test_answers_is_true_for_a_source_that_answers() -> None:
    assert client_of(SimulatorTransport()).answers()


def test_answers_is_true_for_a_source_whose_calls_are_used_up() -> None:
    reason = "Daily API request limit exceeded. Please try again tomorrow."
    response = httpx.Response(429, json={"error": True, "reason": reason})
    assert client_of(lambda _: response).answers()


@pytest.mark.parametrize("status", [200, 302, 400, 403, 429, 503])
def test_answers_is_false_for_one_that_gives_nothing(status: int) -> None:
    assert not client_of(lambda _: httpx.Response(status)).answers()


def test_answers_is_false_without_a_network() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Name or service not known", request=request)

    assert not client_of(refuse).answers()

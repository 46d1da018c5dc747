"""Fetching is bounded, retries what may pass, and says what to do about the rest."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from pydantic import SecretStr

from collector.errors import SourceRefused, SourceUnavailable
from collector.open_meteo.fetch import HttpFetcher, Patience
from collector.open_meteo.reasons import reason_of
from collector.ports import Outcome
from shared.errors import ConfigurationError
from tests.support.open_meteo import ARCHIVE_URL, Handler

MEGABYTE = b" " * 1024 * 1024


class Scripted:
    """Answers one after the other, then the last one for ever."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, _request: httpx.Request) -> httpx.Response:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


def get(handler: Handler, *, attempts: int = 3, **patience: float) -> bytes:
    fetcher = HttpFetcher(
        "Open-Meteo",
        setting="CLIMATE_OPEN_METEO_ARCHIVE_URL",
        patience=Patience(attempts=attempts, pause=0.0, **patience),
        transport=httpx.MockTransport(handler),
    )
    return fetcher.get(ARCHIVE_URL, {"latitude": "1"})


def error(status: int, reason: str) -> httpx.Response:
    return httpx.Response(status, json={"reason": reason, "error": True})


def test_get_returns_the_body() -> None:
    assert get(lambda _: httpx.Response(200, content=b"{}")) == b"{}"


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError("Name or service not known"),
        httpx.ReadTimeout("timed out"),
        httpx.RemoteProtocolError("peer closed connection"),
        error(500, "Something went wrong."),
        error(503, "The service is overloaded"),
        error(429, "Too many concurrent requests"),
        httpx.Response(502, html="<html>Bad Gateway</html>"),
        httpx.Response(504, html="<html>504 Gateway Time-out</html>"),
    ],
)
def test_get_tries_again_when_the_fault_may_pass(fault: httpx.Response | Exception) -> None:
    script = Scripted(fault, httpx.Response(200, content=b"{}"))
    assert get(script) == b"{}"
    assert script.asked == 2


def test_get_gives_up_after_its_attempts() -> None:
    script = Scripted(httpx.ConnectError("Name or service not known"))
    with pytest.raises(
        SourceUnavailable, match=r"does not answer.*ConnectError.*CLIMATE_OPEN_METEO"
    ):
        get(script, attempts=3)
    assert script.asked == 3


@pytest.mark.parametrize(
    "reason",
    [
        "Minutely API request limit exceeded. Please try again in one minute.",
        "Daily API request limit exceeded. Please try again tomorrow.",
        "Hourly API request limit exceeded. Please try again in the next hour.",
    ],
)
def test_get_leaves_an_exhausted_quota_alone(reason: str) -> None:
    # A try before the counter is cleared only counts again.
    script = Scripted(error(429, reason))
    with pytest.raises(SourceUnavailable, match=reason):
        get(script)
    assert script.asked == 1


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (error(400, "Parameter 'end_date' is out of allowed range"), "out of allowed range"),
        (error(404, "Not found"), "Not found"),
        (error(200, "No data is available for this location"), "No data is available"),
    ],
)
def test_get_does_not_repeat_what_is_refused(response: httpx.Response, said: str) -> None:
    script = Scripted(response)
    with pytest.raises(SourceRefused, match=said):
        get(script)
    assert script.asked == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "The supplied API key is invalid."),
        (401, "API key required. Please add &apikey= to the URL."),
    ],
)
def test_get_waits_for_a_human_where_the_key_is_wrong(status: int, reason: str) -> None:
    # No site is at fault, and none may become a dead letter for it.
    script = Scripted(error(status, reason))
    with pytest.raises(SourceUnavailable, match="set CLIMATE_OPEN_METEO_API_KEY") as raised:
        get(script)
    assert raised.value.retry_after == timedelta(minutes=30)
    assert script.asked == 1


def test_get_takes_an_error_in_a_success_for_what_its_reason_says() -> None:
    script = Scripted(error(200, "The service is overloaded"), httpx.Response(200, content=b"{}"))
    assert get(script) == b"{}"


def test_get_does_not_follow_to_another_host() -> None:
    elsewhere = httpx.Response(302, headers={"location": "https://elsewhere.test/"})
    script = Scripted(elsewhere)
    with pytest.raises(SourceUnavailable, match=r"elsewhere.test.*CLIMATE_OPEN_METEO_ARCHIVE_URL"):
        get(script)
    assert script.asked == 1


@pytest.mark.parametrize("status", [403, 404, 407, 511])
def test_get_takes_the_words_of_others_for_a_passing_fault(status: int) -> None:
    # A proxy or a portal in between: when it lets us through, the work must not be a dead letter.
    script = Scripted(httpx.Response(status, html="<html>blocked</html>"))
    with pytest.raises(SourceUnavailable, match=f"{status}.*CLIMATE_OPEN_METEO_ARCHIVE_URL"):
        get(script)
    assert script.asked == 1


def test_get_stops_reading_an_endless_answer() -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield MEGABYTE

    with pytest.raises(SourceRefused, match="more than 16777216 bytes"):
        get(lambda _: httpx.Response(200, content=endless()))
    assert read == 17


def test_get_stops_waiting_for_an_answer_that_drips() -> None:
    def drip() -> Iterator[bytes]:
        yield b"{"
        yield b"}"

    with pytest.raises(SourceUnavailable, match="took more than"):
        get(lambda _: httpx.Response(200, content=drip()), attempts=1, whole=0.0)


def test_get_refuses_an_address_that_is_none() -> None:
    fetcher = HttpFetcher("Open-Meteo", setting="CLIMATE_OPEN_METEO_ARCHIVE_URL")
    with pytest.raises(ConfigurationError, match="set CLIMATE_OPEN_METEO_ARCHIVE_URL"):
        fetcher.get("archive-api.open-meteo.com/v1/archive", {})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"error": true, "reason": "why"}', "why"),
        (b'{"reason": "why", "error": true}', "why"),
        (b'{"error": true}', "no reason given"),
        (b'{"error": false}', None),
        (b"{}", None),
        (b"[]", None),
        (b"<html></html>", None),
        (b"", None),
        (b"[" * 10_000, None),
    ],
)
def test_reason_of_reads_error_answers_alone(body: bytes, reason: str | None) -> None:
    assert reason_of(body) == reason


KEY = SecretStr("a-secret-key")


def seen_by(url: str, parameters: dict[str, str], **fetcher: Any) -> httpx.Request:  # noqa: ANN401 - of the fetcher
    """Return the request a source would see."""
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, content=b"{}")

    HttpFetcher("It", setting="X", transport=httpx.MockTransport(handle), **fetcher).get(
        url, parameters
    )
    (request,) = requests
    return request


def test_short_requests_are_addresses_and_long_ones_are_forms() -> None:
    short = seen_by(ARCHIVE_URL, {"latitude": "1.0,2.0"})
    assert (short.method, short.url.params["latitude"]) == ("GET", "1.0,2.0")
    many = ",".join(["31.6300"] * 1000)
    long = seen_by(ARCHIVE_URL, {"latitude": many})
    assert (long.method, str(long.url)) == ("POST", ARCHIVE_URL)
    assert long.headers["content-type"] == "application/x-www-form-urlencoded"
    assert dict(parse_qsl(long.content.decode())) == {"latitude": many}


@pytest.mark.parametrize("prefix", ["", "customer-"])
def test_key_goes_to_the_paid_hosts_and_into_no_address(prefix: str) -> None:
    url = f"https://{prefix}archive-api.open-meteo.com/v1/archive"
    request = seen_by(url, {"latitude": "1"}, api_key=KEY)
    assert str(request.url) == "https://customer-archive-api.open-meteo.com/v1/archive"
    assert dict(parse_qsl(request.content.decode()))["apikey"] == "a-secret-key"


@pytest.mark.parametrize(
    "url", [ARCHIVE_URL, "https://open-meteo.com.evil.test/v1", "https://notopen-meteo.com/v1"]
)
def test_key_goes_to_nobody_else(url: str) -> None:
    request = seen_by(url, {"latitude": "1"}, api_key=KEY)
    assert request.method == "GET"
    assert "a-secret-key" not in str(request.url)


def test_fetcher_never_shows_its_key() -> None:
    assert "a-secret-key" not in repr(HttpFetcher("It", setting="X", api_key=KEY))


def test_answer_that_breaks_off_is_kept_as_far_as_it_came() -> None:
    def broken() -> Iterator[bytes]:
        yield b'{"daily":'
        raise httpx.RemoteProtocolError("peer closed connection")

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=broken()))
    exchange = HttpFetcher("It", setting="X", transport=transport).exchange(ARCHIVE_URL, {})
    assert exchange.verdict.outcome is Outcome.UNAVAILABLE
    assert (exchange.status, exchange.body) == (200, b'{"daily":')
    assert exchange.counts_in_full

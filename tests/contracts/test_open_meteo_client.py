"""Recorded answers and errors of Open-Meteo: what the client makes of each of them.

None of the recorded answers is a daily archive answer of all our variables (none was found), so
each is checked for what it can show.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from collector.errors import SourceRefused, SourceUnavailable
from collector.open_meteo.calls import OBSERVED
from collector.open_meteo.client import OpenMeteoClient
from collector.open_meteo.read import Question, read_answer
from collector.open_meteo.reasons import Counter, exhausted_counter
from collector.ports import DaysRequest, Outcome
from shared.contracts.sites import DEFAULT_SITE
from shared.forecasting.sphere import Position
from tests.support.data import SHARED_DATA
from tests.support.open_meteo import FakePayloadStore, answer, as_json, client_of

RECORDED = SHARED_DATA / "open-meteo-api"
DAY = date(2026, 11, 22)

pytestmark = pytest.mark.skipif(
    not RECORDED.exists(), reason="no recorded answers (../shared/data/open-meteo-api) here"
)


def recorded(name: str) -> Any:  # noqa: ANN401 - foreign JSON
    return json.loads((RECORDED / name).read_text(encoding="utf-8"))


def test_daily_values_of_a_recorded_answer_are_read_as_they_stand() -> None:
    """The recorded two variables, put into an answer of all of them."""
    real = recorded("forecast_daily_14-days.json")
    days = [date.fromisoformat(text) for text in real["daily"]["time"]]
    names = ("temperature_2m_max", "temperature_2m_min", "precipitation_sum")
    content = answer(days[0], days[-1], **{name: real["daily"][name] for name in names})
    content["daily_units"] |= {name: real["daily_units"][name] for name in names}
    content["utc_offset_seconds"] = 0  # it was recorded with another time zone
    position = Position(content["latitude"], content["longitude"])
    (columns,) = read_answer(as_json(content), Question(OBSERVED, (position,), days[0], days[-1]))
    assert not isinstance(columns, SourceRefused)
    for name in names:
        assert columns[name].tolist() == real["daily"][name]


#: What each recorded answer of another question is refused for, were it ever given to ours.
OTHER_ANSWERS = {
    "archive_hourly_adelaide.json": "`daily_units`",
    "archive_hourly_and_daily-sunrise.json": "`temperature_2m_max` - at `$.daily`",
    "archive_hourly_savannah.json": "`daily_units`",
    "archive_hourly_two-locations_knots.json": "got `array`",
    "ensemble_hourly.json": "`daily_units`",
    "forecast_current_hourly_daily_past-day_imperial.json": "- at `$.daily`",
    "forecast_current_hourly_melbourne.json": "- at `$.daily`",
    "forecast_daily_14-days.json": "- at `$.daily`",
    "forecast_hourly_14-days.json": "- at `$.daily`",
    "forecast_hourly_adelaide.json": "`daily_units`",
    "forecast_hourly_daily_one-day.json": "`temperature_2m_max` - at `$.daily`",
    "geocoding.json": "`latitude`",
    "geocoding_no-match.json": "`latitude`",
    "previous-runs_hourly_three-models.json": "`daily_units`",
}


def test_every_recorded_answer_in_json_has_a_named_outcome() -> None:
    files = {path.name for path in RECORDED.glob("*.json")} - {"errors.json"}
    assert files == set(OTHER_ANSWERS)


@pytest.mark.parametrize("name", sorted(OTHER_ANSWERS))
def test_client_refuses_answers_to_other_questions(name: str) -> None:
    payloads = FakePayloadStore()
    body = (RECORDED / name).read_bytes()
    client = client_of(lambda _: httpx.Response(200, content=body), payloads=payloads)
    found = client.fetch(DaysRequest((DEFAULT_SITE,), DAY, DAY))[DEFAULT_SITE.site_id]
    assert found.history is None
    assert OTHER_ANSWERS[name] in str(found.problem)
    assert [kept.body for kept in payloads.kept] == [body]
    assert payloads.problems[1] == (Outcome.ANSWERED, str(found.problem))


@pytest.mark.parametrize("path", sorted(RECORDED.glob("*.csv")), ids=lambda path: path.name)
def test_client_takes_a_csv_for_a_passing_fault(path: Path) -> None:
    # An answer in another format than was asked for is not the source's own doing.
    with pytest.raises(SourceUnavailable, match="no complete JSON"):
        client_of(lambda _: httpx.Response(200, content=path.read_bytes())).fetch(
            DaysRequest((DEFAULT_SITE,), DAY, DAY)
        )


@dataclass(frozen=True)
class Expected:
    """What an error of the source comes to.

    Attributes
    ----------
    asked : int
        How often it is asked by a client of three tries.
    retry_after : timedelta or None
        How long the job waits, where the error says so; the clock stands at 12:00 UTC.
    """

    error: type[SourceRefused | SourceUnavailable]
    outcome: Outcome
    asked: int = 1
    retry_after: timedelta | None = None
    counter: Counter | None = None


def exhausted(counter: Counter, retry_after: timedelta) -> Expected:
    return Expected(SourceUnavailable, Outcome.EXHAUSTED, retry_after=retry_after, counter=counter)


PASSING = Expected(SourceUnavailable, Outcome.UNAVAILABLE, asked=3)
REFUSED = Expected(SourceRefused, Outcome.REFUSED)
WRONG_KEY = Expected(SourceUnavailable, Outcome.REFUSED, retry_after=timedelta(minutes=30))

#: The 28 recorded errors, by the beginning of their text, each with its right outcome.
ERRORS = {
    "Minutely API request limit exceeded": exhausted(Counter.MINUTE, timedelta(minutes=1)),
    "Hourly API request limit exceeded": exhausted(Counter.HOUR, timedelta(hours=1)),
    "Daily API request limit exceeded": exhausted(Counter.DAY, timedelta(hours=12)),
    "Too many concurrent requests": PASSING,
    "The service is overloaded": PASSING,
    "Parameter 'start_date' is out of allowed range": REFUSED,
    "Parameter 'end_date' is out of allowed range": REFUSED,
    "End-date must be larger or equals than start-date": REFUSED,
    "Both 'start_date' and 'end_date' must be set": REFUSED,
    "Invalid date format": REFUSED,
    "Invalid date": REFUSED,
    "Invalid timezone": REFUSED,
    "Parameter 'past_days' is mutually exclusive": REFUSED,
    "Parameter 'forecast_days' is mutually exclusive": REFUSED,
    "Past days is invalid": REFUSED,
    "Forecast days is invalid": REFUSED,
    "Latitude must be in range": REFUSED,
    "Longitude must be in range": REFUSED,
    "Parameter 'latitude' and 'longitude' must have the same number": REFUSED,
    "Data corrupted at path": REFUSED,
    "Cannot initialize WeatherVariable": REFUSED,
    "No data is available for this location": REFUSED,
    "Only up to 1000 locations can be requested": REFUSED,
    "Your API call requests too much data": REFUSED,
    "The supplied API key is invalid": WRONG_KEY,
    "API key required": WRONG_KEY,
    "<html>": PASSING,
    ',"temperature_2m":[12.1,11.8,Unexpected error': PASSING,
}


def recorded_errors() -> list[dict[str, Any]]:
    return recorded("errors.json") if RECORDED.exists() else []


def text_of(case: dict[str, Any]) -> str:
    """Return the text a case is known by."""
    body = case.get("body", case.get("body_tail"))
    return body["reason"] if isinstance(body, dict) else str(body)


def test_every_recorded_error_has_a_named_outcome() -> None:
    cases = recorded_errors()
    assert len(cases) == len(ERRORS) == 28
    for case, known in zip(cases, ERRORS, strict=True):
        assert text_of(case).startswith(known)


@pytest.mark.parametrize(
    ("number", "known"), list(enumerate(ERRORS)), ids=[known[:40] for known in ERRORS]
)
def test_recorded_error_comes_to_its_outcome(number: int, known: str) -> None:
    case, expected = recorded_errors()[number], ERRORS[known]
    body = case.get("body", "{" + case.get("body_tail", ""))
    content = (body if isinstance(body, str) else json.dumps(body)).encode()
    response = httpx.Response(
        case["http_status"], content=content, headers={"content-type": case["content_type"]}
    )
    payloads = FakePayloadStore()
    problem = problem_of(client_of(lambda _: response, payloads=payloads, attempts=3))
    assert type(problem) is expected.error
    assert getattr(problem, "retry_after", None) == expected.retry_after
    assert [kept.body for kept in payloads.kept] == [content] * expected.asked
    outcome, reason = payloads.outcome_of(1)
    assert outcome is expected.outcome
    if isinstance(body, dict):
        assert body["reason"] == reason
        assert body["reason"] in str(problem)
    if expected.counter is not None:
        assert exhausted_counter(reason) is expected.counter


def problem_of(client: OpenMeteoClient) -> Exception | None:
    try:
        return client.fetch(DaysRequest((DEFAULT_SITE,), DAY, DAY))[DEFAULT_SITE.site_id].problem
    except SourceUnavailable as problem:
        return problem

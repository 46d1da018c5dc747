"""Open-Meteo for tests: the simulator without a socket, and answers made by hand."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import httpx

from collector.open_meteo.asking import Asking
from collector.open_meteo.assembly import simulated_endpoints
from collector.open_meteo.calls import GUIDANCE, Endpoint
from collector.open_meteo.client import Endpoints, OpenMeteoClient
from collector.open_meteo.fetch import HttpFetcher, Patience
from collector.open_meteo.restraint import NoRestraint, Restraint
from collector.ports import Clock, Outcome, Payload, PayloadStore
from collector.simulator.app import create_app
from shared.forecasting.variables import VARIABLES, Variable
from tests.support.database import SITE_ID

SOURCE_URL = "http://source.test"
ARCHIVE_URL = f"{SOURCE_URL}/v1/archive"
FORECAST_URL = f"{SOURCE_URL}/v1/forecast"
GUIDANCE_URL = f"{SOURCE_URL}/v1/previous-runs"
TODAY = date(2026, 11, 23)
NOW = datetime.combine(TODAY, time(12), UTC)

Handler = Callable[[httpx.Request], httpx.Response]

#: As Open-Meteo is asked, with a day from which on the forecast host has the weather.
REMOTE = Endpoints(
    archive=Endpoint(ARCHIVE_URL, "era5_seamless"),
    forecast=Endpoint(FORECAST_URL, "best_match"),
    guidance=Endpoint(GUIDANCE_URL, "best_match"),
    archive_lag=timedelta(days=7),
)


class FakeClock:
    """A clock that stands still but for those who sleep by it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Return what the clock shows."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)


class FakePayloadStore:
    """Keeps answers in memory; an answer's id is its place in the list, from 1 on."""

    def __init__(self) -> None:
        self.kept: list[Payload] = []
        self.problems: dict[int, tuple[Outcome, str]] = {}

    def keep(self, payload: Payload) -> int:
        """Keep an answer."""
        self.kept.append(payload)
        return len(self.kept)

    def note_problem(self, payload_id: int, outcome: Outcome, problem: str) -> None:
        """Keep what is wrong with it."""
        self.problems[payload_id] = (outcome, problem)

    def outcome_of(self, payload_id: int) -> tuple[Outcome, str]:
        """Return what came of a request, and what was wrong."""
        kept = self.kept[payload_id - 1]
        return self.problems.get(payload_id, (kept.outcome, kept.problem or ""))


class SimulatorTransport(httpx.BaseTransport):
    """Takes requests to the simulator's application, in this process."""

    def __init__(self, today: Callable[[], date] = lambda: TODAY) -> None:
        self._app = create_app(today)
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request as the simulator's process would."""
        self.requests.append(request)
        return asyncio.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await httpx.ASGITransport(app=self._app).handle_async_request(
            httpx.Request(
                request.method, request.url, headers=request.headers, content=request.read()
            )
        )
        return httpx.Response(
            response.status_code, headers=response.headers, content=await response.aread()
        )


def client_of(
    transport: httpx.BaseTransport | Handler,
    *,
    attempts: int = 1,
    endpoints: Endpoints | None = None,
    payloads: PayloadStore | None = None,
    restraint: Restraint | None = None,
    now: Clock = lambda: NOW,
) -> OpenMeteoClient:
    """Return a client that asks a transport, without pauses between its tries."""
    if not isinstance(transport, httpx.BaseTransport):
        transport = httpx.MockTransport(transport)
    fetcher = HttpFetcher(
        "Open-Meteo",
        setting="CLIMATE_OPEN_METEO_ARCHIVE_URL",
        patience=Patience(attempts=attempts, pause=0.0),
        transport=transport,
    )
    asking = Asking(
        "open-meteo", fetcher, payloads or FakePayloadStore(), restraint or NoRestraint(), now
    )
    return OpenMeteoClient(asking, endpoints or simulated_endpoints(SOURCE_URL))


def answer(first: date, last: date, /, **series: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return an answer for all variables: 20 of each unit, but for the series given."""
    n_days = (last - first).days + 1
    values: dict[str, list[Any]] = {variable.value: [20.0] * n_days for variable in Variable}
    values[Variable.SURFACE_PRESSURE_MEAN.value] = [965.0] * n_days
    return {
        "latitude": 31.6,
        "longitude": -8.0,
        "generationtime_ms": 0.1,
        "utc_offset_seconds": 0,
        "timezone": "GMT",
        "timezone_abbreviation": "GMT",
        "elevation": 466.0,
        "daily_units": {"time": "iso8601"}
        | {variable.value: VARIABLES[variable].unit for variable in Variable},
        "daily": {"time": [(first + timedelta(n)).isoformat() for n in range(n_days)]}
        | values
        | series,
    }


def hourly_answer(first: date, last: date, /, **series: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return an answer of past forecasts: 20 of each unit, but for the series given."""
    hours = [
        f"{first + timedelta(n)}T{hour:02}:00"
        for n in range((last - first).days + 1)
        for hour in range(24)
    ]
    content = answer(first, last)
    del content["daily_units"], content["daily"]
    units = {"temperature_2m": "°C", "precipitation": "mm", "wind_speed_10m": "km/h"}
    return content | {
        "hourly_units": {"time": "iso8601"}
        | {name: units[name.partition("_previous")[0]] for name in GUIDANCE.series},
        "hourly": {"time": hours}
        | {name: [20.0] * len(hours) for name in GUIDANCE.series}
        | series,
    }


def kept_answer(day: date, **values: float) -> Payload:
    """Return what is kept of the archive's answer with these values of a day of Marrakech."""
    said = answer(day, day, **{name: [value] for name, value in values.items()})
    return Payload(
        source="open-meteo",
        url=f"{ARCHIVE_URL}?latitude=31.63&longitude=-8.0&start_date={day}&end_date={day}"
        f"&daily={','.join(Variable)}&timezone=GMT",
        site_ids=(SITE_ID,),
        first=day,
        last=day,
        weight=1.0,
        outcome=Outcome.ANSWERED,
        status=200,
        body=as_json(said),
    )


def as_json(content: object) -> bytes:
    """Return JSON as a server sends it."""
    return json.dumps(content).encode()

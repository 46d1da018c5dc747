"""Open-Meteo for tests: the simulator without a socket, and answers made by hand."""

import asyncio
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import httpx

from collector.open_meteo.client import OpenMeteoClient
from collector.open_meteo.fetch import HttpFetcher, Patience
from collector.simulator.app import create_app
from shared.forecasting.variables import VARIABLES, Variable

ARCHIVE_URL = "http://source.test/v1/archive"
FORECAST_URL = "http://source.test/v1/forecast"
TODAY = date(2026, 11, 23)

Handler = Callable[[httpx.Request], httpx.Response]


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
            httpx.Request(request.method, request.url, headers=request.headers)
        )
        return httpx.Response(
            response.status_code, headers=response.headers, content=await response.aread()
        )


def client_of(transport: httpx.BaseTransport | Handler, *, attempts: int = 1) -> OpenMeteoClient:
    """Return a client that asks a transport, without pauses between its tries."""
    if not isinstance(transport, httpx.BaseTransport):
        transport = httpx.MockTransport(transport)
    return OpenMeteoClient(
        HttpFetcher(
            "Open-Meteo",
            setting="CLIMATE_OPEN_METEO_ARCHIVE_URL",
            patience=Patience(attempts=attempts, pause=0.0),
            transport=transport,
        ),
        archive_url=ARCHIVE_URL,
        forecast_url=FORECAST_URL,
    )


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


def as_json(content: object) -> bytes:
    """Return JSON as a server sends it."""
    return json.dumps(content).encode()

"""The stand-ins for Open-Meteo without a socket: requests go to an application in this process."""

import asyncio
from datetime import date

import httpx
from starlette.types import ASGIApp

from collector.simulator.app import create_app

TODAY = date(2026, 11, 23)
ARCHIVE_URL = "http://source.test/v1/archive"
FORECAST_URL = "http://source.test/v1/forecast"
PREVIOUS_RUNS_URL = "http://source.test/v1/previous-runs"


class AppTransport(httpx.BaseTransport):
    """Takes requests to an ASGI application and keeps them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request as the application's process would."""
        self.requests.append(request)
        return asyncio.run(self._answer(request, request.read()))

    async def _answer(self, request: httpx.Request, content: bytes) -> httpx.Response:
        response = await httpx.ASGITransport(app=self._app).handle_async_request(
            httpx.Request(request.method, request.url, headers=request.headers, content=content)
        )
        return httpx.Response(
            response.status_code, headers=response.headers, content=await response.aread()
        )


def simulator() -> AppTransport:
    """Return a way to the simulator, on `TODAY`."""
    return AppTransport(create_app(lambda: TODAY))

"""Serves simulated weather over HTTP as Open-Meteo serves its own: same paths, answers, errors.

The simulator knows its future, and keeps it to itself: a value after today is null, as if not yet
observed, so nothing that is trained or checked on it can look ahead.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from collector.simulator.query import BadRequest, Query, parse_query
from collector.simulator.weather import EPOCH, simulate
from shared.forecasting.variables import VARIABLES

Today = Callable[[], date]

# The forecast host's reach, and its default span (those of the real one).
_PAST, _FUTURE = timedelta(days=93), timedelta(days=15)


def utc_today() -> date:
    """Return the UTC date of the wall clock."""
    return datetime.now(UTC).date()


def create_app(today: Today = utc_today) -> Starlette:
    """Return the simulator's HTTP application.

    Parameters
    ----------
    today : Callable[[], date]
        The simulated world ends with this UTC date.
    """

    def archive(request: Request) -> JSONResponse:
        return _answer(request, EPOCH, today(), today())

    def forecast(request: Request) -> JSONResponse:
        now = today()
        return _answer(request, now - _PAST, now + _FUTURE, now)

    def health(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok", "today": today().isoformat()})

    routes = [
        Route("/v1/archive", archive),
        Route("/v1/forecast", forecast),
        Route("/health", health),
    ]
    return Starlette(routes=routes, exception_handlers={BadRequest: _refuse})


def _answer(request: Request, earliest: date, latest: date, today: date) -> JSONResponse:
    started = time.perf_counter()
    query = parse_query(request.query_params, earliest=earliest, latest=latest, today=today)
    places = [_place(query, number, today) for number in range(len(query.places))]
    for answer in places:
        answer["generationtime_ms"] = (time.perf_counter() - started) * 1000
    return JSONResponse(places[0] if len(places) == 1 else places)


def _place(query: Query, number: int, today: date) -> dict[str, object]:
    """Return the answer for one place of a request."""
    place = query.places[number]
    weather = simulate(place, query.first, query.last)
    known = max((today - query.first).days + 1, 0)
    n_days = (query.last - query.first).days + 1
    daily: dict[str, object] = {
        "time": [(query.first + timedelta(days)).isoformat() for days in range(n_days)]
    }
    for name, variable in query.daily.items():
        values = weather[variable].tolist()
        daily[name] = [*values[:known], *[None] * max(n_days - known, 0)]
    units = {name: VARIABLES[variable].unit for name, variable in query.daily.items()}
    return {
        "latitude": place.latitude,
        "longitude": place.longitude,
        "utc_offset_seconds": 0,
        "timezone": "GMT",
        "timezone_abbreviation": "GMT",
        "elevation": place.elevation,
        **({"location_id": number} if number else {}),
        "daily_units": {"time": "iso8601"} | units,
        "daily": daily,
    }


def _refuse(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": True, "reason": str(error)}, status_code=400)

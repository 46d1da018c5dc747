"""Serves simulated weather over HTTP as Open-Meteo serves its own: same paths, answers, errors.

The simulator knows its future, and keeps it to itself: a value after today is null, as if not yet
observed, and a prediction is null until the day it was made on is over. So nothing that is trained
or checked on it can look ahead.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import msgspec
import numpy as np
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collector.simulator.climate import FloatArray
from collector.simulator.hours import hourly
from collector.simulator.predictions import predict
from collector.simulator.weather import simulate_places
from collector.stand_in.answers import answer_of, json_response, refuse, section_of
from collector.stand_in.hosts import HOSTS, Host, Today, utc_today
from collector.stand_in.parameters import parameters_of
from collector.stand_in.query import BadRequest, Query, parse_query
from collector.stand_in.series import Prediction
from shared.forecasting.variables import HORIZON_DAYS, Variable

# Reanalysis is that much behind: ERA5 arrives about five days late.
_LAG = {"era5_seamless": timedelta(days=5)}
# The first predictions that were kept at the source.
_FIRST_KEPT = date(2024, 1, 19)
_HOURS_A_DAY = 24
_PLACES_AT_A_TIME = 50  # bounds the memory


def create_app(today: Today = utc_today) -> Starlette:
    """Return the simulator's HTTP application.

    Parameters
    ----------
    today : Callable[[], date]
        The simulated world ends with this UTC date.
    """

    def door(host: Host) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            now = today()
            query = parse_query(await parameters_of(request), host, now)
            return json_response(await run_in_threadpool(_answer, query, now))

        return answer

    def health(_request: Request) -> Response:
        return json_response(msgspec.json.encode({"status": "ok", "today": today().isoformat()}))

    routes = [Route(host.path, door(host), methods=["GET", "POST"]) for host in HOSTS]
    return Starlette(
        routes=[*routes, Route("/health", health)], exception_handlers={BadRequest: refuse}
    )


def _answer(query: Query, today: date) -> bytes:
    started = time.perf_counter()
    columns = _days if query.section == "daily" else _hours
    sections = [
        section_of(query, {name: values[number].tolist() for name, values in found.items()})
        for begin in range(0, len(query.places), _PLACES_AT_A_TIME)
        for found in [columns(query, begin, today)]
        for number in range(len(query.places[begin : begin + _PLACES_AT_A_TIME]))
    ]
    return answer_of(query, sections, seconds=time.perf_counter() - started)


def _days(query: Query, begin: int, today: date) -> dict[str, FloatArray]:
    """Return the daily series of some places, without what is not observed yet."""
    places = query.places[begin : begin + _PLACES_AT_A_TIME]
    weather = simulate_places(places, query.first, query.last)
    is_known = _dates(query) <= np.datetime64(today - _LAG.get(query.model, timedelta(0)))
    return {
        name: np.where(is_known, weather[variable], np.nan)
        for name, variable in query.series.items()
        if isinstance(variable, Variable)
    }


def _hours(query: Query, begin: int, today: date) -> dict[str, FloatArray]:
    """Return the hourly predictions for some places, without those not made yet."""
    places = query.places[begin : begin + _PLACES_AT_A_TIME]
    by_lead = predict(places, query.first, query.last)
    dates = _dates(query)
    days_ahead = (dates - np.datetime64(today)).astype(np.int64)

    def column(asked: Prediction) -> FloatArray:
        leads = np.clip(days_ahead, 0, None) if asked.lead is None else asked.lead + 0 * days_ahead
        is_made = (leads <= HORIZON_DAYS) & (dates >= np.datetime64(_FIRST_KEPT))
        if asked.lead is not None:
            is_made &= days_ahead < asked.lead
        values = np.full((len(places), len(dates) * _HOURS_A_DAY), np.nan)
        for lead in np.unique(leads[is_made]).tolist():
            of_lead = np.repeat(is_made & (leads == lead), _HOURS_A_DAY)
            values[:, of_lead] = hourly(asked.quantity, by_lead[lead], places)[:, of_lead]
        return values

    return {
        name: column(asked) for name, asked in query.series.items() if isinstance(asked, Prediction)
    }


def _dates(query: Query) -> "np.ndarray[tuple[int], np.dtype[np.datetime64]]":
    return np.arange(np.datetime64(query.first), np.datetime64(query.last) + 1)

"""Answers with recorded days as Open-Meteo would, unless it was told to misbehave."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collector.recorded.admin import admin_routes
from collector.recorded.exchange import gone_wrong
from collector.recorded.faults import Fault, is_of_content, spoil
from collector.recorded.rules import Rule
from collector.recorded.world import Asked, World, weight_of
from collector.stand_in.answers import answer_of, json_response, refusal
from collector.stand_in.hosts import ARCHIVE, FORECAST, PREVIOUS_RUNS, Host
from collector.stand_in.parameters import parameters_of
from collector.stand_in.query import BadRequest, Query, parse_query

# Reanalysis is that much behind: ERA5 arrives about five days late.
_LAG = {"era5_seamless": timedelta(days=5)}
_SEARCH_PATH = "/v1/search"
_FAILED_WEIGHT = 1.0
_MOST_WEIGHT = 5000.0
_TOO_MUCH = (
    "Your API call requests too much data. Please reduce the number of variables, locations "
    "and/or weather models."
)
Door = Callable[[Request], Awaitable[Response]]


def create_app(world: World) -> Starlette:
    """Return the HTTP application of a world."""

    async def search(request: Request) -> Response:
        body = _search(world, request.query_params.get("name", ""))
        rule = world.next_fault(_SEARCH_PATH)
        return await gone_wrong(rule, body, world.error_cases) if rule else json_response(body)

    def health(_request: Request) -> Response:
        day = world.day().isoformat()
        return json_response(msgspec.json.encode({"status": "ok", "today": day}))

    doors = [
        Route(host.path, _door(world, host), methods=["GET", "POST"])
        for host in (ARCHIVE, FORECAST, PREVIOUS_RUNS)
    ]
    others = [Route(_SEARCH_PATH, search), Route("/health", health), *admin_routes(world)]
    return Starlette(routes=[*doors, *others])


def _door(world: World, host: Host) -> Door:
    n_open = 0

    async def answer(request: Request) -> Response:
        nonlocal n_open
        n_open += 1
        world.most_open = max(world.most_open, n_open)
        try:
            return await _answer(world, host, request)
        finally:
            n_open -= 1

    return answer


async def _answer(world: World, host: Host, request: Request) -> Response:
    rule = world.next_fault(host.path)
    fault = rule.fault.value if rule else None
    try:
        query = parse_query(await parameters_of(request), host, world.day())
        body = _body(world, query)
    except BadRequest as error:
        world.asked.append(Asked(world.day(), host.path, 400, _FAILED_WEIGHT, fault=fault))
        return refusal(str(error))
    response = await _respond(world, rule, query, body)
    succeeded = response.status_code == 200  # noqa: PLR2004 - the status
    weight = weight_of(query) if succeeded else _FAILED_WEIGHT
    asked = (world.day(), host.path, response.status_code, weight)
    world.asked.append(Asked(*asked, len(query.places), query.first, query.last, fault))
    return response


def _body(world: World, query: Query) -> bytes:
    if query.section != "daily":
        raise BadRequest("What was predicted was not recorded; the simulator has predictions")
    if weight_of(query) > _MOST_WEIGHT:
        raise BadRequest(_TOO_MUCH)
    newest = world.day() - _LAG.get(query.model, timedelta(0))
    sections = []
    for place in query.places:
        played = world.library.played_at(place)
        if played is None:
            raise BadRequest("No data is available for this location")
        sections.append(world.sections.of(played, query, newest))
    return answer_of(query, sections)


async def _respond(world: World, rule: Rule | None, query: Query, body: bytes) -> Response:
    if rule is None:
        return json_response(body)
    if is_of_content(rule.fault):
        return json_response(_spoiled(rule, query, body))
    if rule.fault in {Fault.MISSING_PLACE, Fault.SWAPPED_PLACES}:
        return json_response(_rearranged(rule.fault, body))
    return await gone_wrong(rule, body, world.error_cases)


def _spoiled(rule: Rule, query: Query, body: bytes) -> bytes:
    content: Any = json.loads(body)
    places = content if isinstance(content, list) else [content]
    for number, place in enumerate(places):
        if rule.place in {None, number}:
            spoil(rule.fault, place, query.section, rule.variable)
    return json.dumps(content).encode()  # which writes NaN, as JSON may not


def _rearranged(fault: Fault, body: bytes) -> bytes:
    content: Any = json.loads(body)
    places = content if isinstance(content, list) else [content]
    return json.dumps(places[:-1] if fault is Fault.MISSING_PLACE else places[::-1]).encode()


def _search(world: World, name: str) -> bytes:
    found = [
        {
            "id": number,
            "name": recording.name.replace("-", " ").title(),
            "latitude": recording.position.latitude,
            "longitude": recording.position.longitude,
            **({} if recording.elevation is None else {"elevation": recording.elevation}),
            "timezone": recording.timezone,
        }
        for number, recording in enumerate(world.library.named(name), start=1)
    ]
    results = {"results": found} if found else {}  # no match has no results at all
    return msgspec.json.encode(results | {"generationtime_ms": 0.1})

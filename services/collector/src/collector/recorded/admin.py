"""Orders to the server of recorded weather over HTTP, for whoever runs in another process.

GET    /admin/state      what day it is, what was asked, which rules are in force
PUT    /admin/today      {"today": "2026-11-23"}; null is the wall clock's
PUT    /admin/rules      [{"fault": "gateway_page", "since": "2025-01-01", ...}, ...]; [] behaves
GET    /admin/requests   every request so far; DELETE begins a new record
"""

from datetime import date

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collector.recorded.rules import Rule
from collector.recorded.world import World
from collector.stand_in.answers import json_response, refusal


class _Today(msgspec.Struct, forbid_unknown_fields=True):
    today: date | None


def admin_routes(world: World) -> list[Route]:
    """Return the doors for orders to a world."""

    async def state(_request: Request) -> Response:
        return json_response(msgspec.json.encode(_state(world)))

    async def set_today(request: Request) -> Response:
        try:
            world.today = msgspec.json.decode(await request.body(), type=_Today).today
        except msgspec.DecodeError as error:
            return refusal(str(error))
        return await state(request)

    async def set_rules(request: Request) -> Response:
        try:
            rules = msgspec.json.decode(await request.body(), type=list[Rule])
        except msgspec.DecodeError as error:
            return refusal(str(error))
        world.misbehave(*rules)
        return await state(request)

    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            world.forget()
        return json_response(msgspec.json.encode([asked._asdict() for asked in world.asked]))

    return [
        Route("/admin/state", state),
        Route("/admin/today", set_today, methods=["PUT"]),
        Route("/admin/rules", set_rules, methods=["PUT"]),
        Route("/admin/requests", requests, methods=["GET", "DELETE"]),
    ]


def _state(world: World) -> dict[str, object]:
    return {
        "today": world.day(),
        "places": len(world.library.recordings),
        "error_cases": len(world.error_cases),
        "rules": world.rules,
        "requests": len(world.asked),
        "weight": world.weight(),
        "weight_today": world.weight(world.day()),
        "most_open": world.most_open,
    }

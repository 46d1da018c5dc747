"""Words an answer as Open-Meteo does."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from collector.stand_in.query import Query
from collector.stand_in.series import unit_of

_JSON = "application/json; charset=utf-8"
_HOURS_A_DAY = 24

#: The content of an answer, or of a part of it.
Content = dict[str, object]


def answer_of(query: Query, sections: Sequence[object], *, seconds: float = 0.0) -> bytes:
    """Return the answer to a query: an object for one place, a list of objects for several.

    Parameters
    ----------
    sections : sequence
        The parallel arrays of each place, `time` first; already encoded ones as `msgspec.Raw`.
    seconds : float
        How long it took.
    """
    units = {"time": "iso8601"} | {name: unit_of(kind) for name, kind in query.series.items()}
    places = []
    for number, (place, section) in enumerate(zip(query.places, sections, strict=True)):
        places.append(
            {
                "latitude": place.latitude,
                "longitude": place.longitude,
                "generationtime_ms": seconds * 1000,
                "utc_offset_seconds": 0,
                "timezone": "GMT",
                "timezone_abbreviation": "GMT",
                "elevation": place.elevation,
                **({"location_id": number} if number else {}),
                f"{query.section}_units": units,
                query.section: section,
            }
        )
    return msgspec.json.encode(places[0] if len(places) == 1 else places)


def section_of(query: Query, columns: Mapping[str, Sequence[float]]) -> Content:
    """Return the arrays of a place; what is not a number becomes null."""
    return {"time": times_of(query)} | dict(columns)


def times_of(query: Query) -> list[str]:
    """Return the times of an answer: days, or all hours of them."""
    n_days = (query.last - query.first).days + 1
    days = [_text(query.first + timedelta(days)) for days in range(n_days)]
    if query.section == "daily":
        return days
    return [f"{day}T{hour:02}:00" for day in days for hour in range(_HOURS_A_DAY)]


def json_response(content: bytes, status: int = 200) -> Response:
    """Return JSON as the source sends it."""
    return Response(content, status_code=status, headers={"content-type": _JSON})


def refusal(reason: str, status: int = 400) -> Response:
    """Return an answer that says why there is none."""
    return json_response(msgspec.json.encode({"error": True, "reason": reason}), status)


def refuse(_request: Request, error: Exception) -> Response:
    """Answer a request that cannot be understood; a Starlette exception handler."""
    return refusal(str(error))


def _text(day: date) -> str:
    return day.isoformat()

"""`/v1/forecast` and `/v1/archive`: Open-Meteo's own paths, for clients that have them already."""

from collections.abc import Sequence
from time import perf_counter
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.answers.daily import archive_answer, forecast_answer
from api.answers.flatbuffers import MEDIA_TYPE, to_flatbuffers, without_a_name
from api.answers.open_meteo import (
    Format,
    OpenMeteoAnswer,
    OpenMeteoArchiveQuery,
    OpenMeteoError,
    OpenMeteoForecastQuery,
    open_meteo_answer,
)
from api.answers.places import find_site
from api.answers.problems import ParametersRefused
from api.answers.shapes import ArchiveAnswer, ForecastAnswer
from api.routes.dependencies import Answers, Given
from api.routes.written import write

router = APIRouter(prefix="/v1", tags=["open-meteo"])

_REFUSED: dict[str, Any] = {"model": OpenMeteoError}
RESPONSES: Answers = {
    200: {
        "model": OpenMeteoAnswer | list[OpenMeteoAnswer],
        "description": "one place, or a list of several; with `format=flatbuffers`, messages",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    },
    400: _REFUSED | {"description": "a parameter is refused, or no site is near"},
    503: _REFUSED | {"description": "not now; `Retry-After` says when to ask again"},
}


@router.get("/forecast", responses=RESPONSES)
async def get_open_meteo_forecast(
    query: Annotated[OpenMeteoForecastQuery, Query()], request: Request, given: Given
) -> Response:
    """Forecast as Open-Meteo would: the same parameters, the same shape, the same errors.

    Several places come as a list, one a pair of `latitude` and `longitude`.
    """
    started = perf_counter()
    snapshot, now = given.state.snapshot, given.now()
    places = [
        (find_site(snapshot, asked, radius_km=given.site_radius_km), asked)
        for asked in query.queries()
    ]
    shaped = _shaped([forecast_answer(*place, now) for place in places], query.daily)
    if query.format is Format.FLATBUFFERS:
        return _binary(shaped, query.daily)
    body, etag = write(shaped, started, as_list=len(shaped) > 1)
    question = (request.url.path, request.scope["query_string"])
    given.ready.keep(question, body, etag, [served for served, _ in places], snapshot.layout)
    return Response(body, media_type="application/json", headers={"ETag": etag})


@router.get("/archive", responses=RESPONSES)
async def get_open_meteo_archive(
    query: Annotated[OpenMeteoArchiveQuery, Query()], given: Given
) -> Response:
    """Return observations as Open-Meteo's archive would."""
    started = perf_counter()
    snapshot, now = given.state.snapshot, given.now()
    answers = [
        archive_answer(find_site(snapshot, asked, radius_km=given.site_radius_km), asked, now)
        for asked in query.queries()
    ]
    names = [name.value for name in query.daily]
    shaped = _shaped(answers, names)
    if query.format is Format.FLATBUFFERS:
        return _binary(shaped, names)
    body, etag = write(shaped, started, as_list=len(shaped) > 1)
    return Response(body, media_type="application/json", headers={"ETag": etag})


def _shaped(
    answers: Sequence[ForecastAnswer | ArchiveAnswer], names: list[str]
) -> list[OpenMeteoAnswer]:
    return [open_meteo_answer(one, names, location_id=n) for n, one in enumerate(answers)]


def _binary(shaped: Sequence[OpenMeteoAnswer], names: list[str]) -> Response:
    unknown = without_a_name(names)
    if unknown:
        raise ParametersRefused(
            f"daily={unknown[0]}: Open-Meteo's binary format has no name for intervals; "
            "ask for format=json."
        )
    return Response(to_flatbuffers(shaped), media_type=MEDIA_TYPE)

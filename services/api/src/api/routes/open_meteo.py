"""`/v1/forecast` and `/v1/archive`: Open-Meteo's own paths, for clients that have them already."""

from collections.abc import Sequence
from time import perf_counter
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.answers.daily import archive_answer, forecast_answer
from api.answers.flatbuffers import MEDIA_TYPE, to_flatbuffers, without_a_name
from api.answers.open_meteo import (
    Format,
    OpenMeteoAnswer,
    OpenMeteoArchiveQuery,
    OpenMeteoError,
    OpenMeteoForecastQuery,
    OpenMeteoQuery,
    open_meteo_answer,
)
from api.answers.places import find_site
from api.answers.problems import ParametersRefused
from api.answers.shapes import ArchiveAnswer, ForecastAnswer
from api.routes.dependencies import Answers, Given

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
    query: Annotated[OpenMeteoForecastQuery, Query()], given: Given
) -> Response:
    """Forecast as Open-Meteo would: the same parameters, the same shape, the same errors.

    Several places come as a list, one a pair of `latitude` and `longitude`.
    """
    started = perf_counter()
    snapshot, now = given.state.snapshot, given.now()
    answers = [
        forecast_answer(find_site(snapshot, asked, radius_km=given.site_radius_km), asked, now)
        for asked in query.queries()
    ]
    return _respond(query, query.daily, answers, started)


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
    return _respond(query, [name.value for name in query.daily], answers, started)


def _respond(
    query: OpenMeteoQuery,
    names: list[str],
    answers: Sequence[ForecastAnswer | ArchiveAnswer],
    started: float,
) -> Response:
    """Return the answers in the format asked for; of one place, the answer itself."""
    shaped = [open_meteo_answer(one, names, location_id=n) for n, one in enumerate(answers)]
    for one in shaped:
        one.generationtime_ms = round((perf_counter() - started) * 1000, 3)
    if query.format is Format.FLATBUFFERS:
        _refuse_without_a_name(names)
        return Response(to_flatbuffers(shaped), media_type=MEDIA_TYPE)
    written = [one.model_dump_json(exclude_none=True) for one in shaped]
    body = written[0] if len(written) == 1 else f"[{','.join(written)}]"
    return Response(body, media_type="application/json")


def _refuse_without_a_name(names: list[str]) -> None:
    unknown = without_a_name(names)
    if unknown:
        raise ParametersRefused(
            f"daily={unknown[0]}: Open-Meteo's binary format has no name for intervals; "
            "ask for format=json."
        )

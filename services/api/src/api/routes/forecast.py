"""`/api/v1/forecast`: the next seven days, in Open-Meteo's shape."""

from time import perf_counter
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.answers.daily import forecast_answer
from api.answers.parameters import ForecastQuery
from api.answers.places import find_site
from api.answers.shapes import ForecastAnswer
from api.routes.dependencies import API, NOT_FOUND, REFUSED, UNAVAILABLE, Given
from api.routes.written import write

router = APIRouter(tags=["forecast"])


@router.get(
    f"{API}/forecast",
    response_model=ForecastAnswer,
    responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE},
)
async def get_forecast(
    query: Annotated[ForecastQuery, Query()], request: Request, given: Given
) -> Response:
    """Forecast the seven days after the last observed one, with 80 % and 95 % intervals.

    Takes Open-Meteo's parameters and answers in its shape; beside each series `x` stand
    `x_lower_80`, `x_upper_80`, `x_lower_95` and `x_upper_95`. Served from memory, whatever else
    is down.
    """
    started = perf_counter()
    snapshot = given.state.snapshot
    served = find_site(snapshot, query, radius_km=given.site_radius_km)
    answer = forecast_answer(served, query, given.now())
    body, etag = write([answer], started)
    question = (request.url.path, request.scope["query_string"])
    given.ready.keep(question, body, etag, (served,), snapshot.layout)
    return Response(body, media_type="application/json", headers={"ETag": etag})

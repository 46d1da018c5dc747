"""`/api/v1/forecast`: the next seven days, in Open-Meteo's shape."""

from time import perf_counter
from typing import Annotated

from fastapi import APIRouter, Query

from api.answers.daily import forecast_answer
from api.answers.parameters import ForecastQuery
from api.answers.places import find_site
from api.answers.shapes import ForecastAnswer
from api.routes.dependencies import API, NOT_FOUND, REFUSED, UNAVAILABLE, Given

router = APIRouter(tags=["forecast"])


@router.get(
    f"{API}/forecast",
    response_model_exclude_none=True,
    responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE},
)
async def get_forecast(query: Annotated[ForecastQuery, Query()], given: Given) -> ForecastAnswer:
    """Forecast the seven days after the last observed one, with 80 % and 95 % intervals.

    Takes Open-Meteo's parameters and answers in its shape; beside each series `x` stand
    `x_lower_80`, `x_upper_80`, `x_lower_95` and `x_upper_95`. Served from memory, whatever else
    is down.
    """
    started = perf_counter()
    served = find_site(given.state.snapshot, query, radius_km=given.site_radius_km)
    answer = forecast_answer(served, query, given.now())
    answer.generationtime_ms = round((perf_counter() - started) * 1000, 3)
    return answer

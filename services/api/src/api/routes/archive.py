"""`/api/v1/archive`: what was observed, in Open-Meteo's shape."""

from time import perf_counter
from typing import Annotated

from fastapi import APIRouter, Query

from api.answers.daily import archive_answer
from api.answers.parameters import ArchiveQuery
from api.answers.places import find_site
from api.answers.shapes import ArchiveAnswer
from api.routes.dependencies import API, NOT_FOUND, REFUSED, UNAVAILABLE, Given

router = APIRouter(tags=["observations"])


@router.get(
    f"{API}/archive",
    response_model_exclude_none=True,
    responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE},
)
async def get_archive(query: Annotated[ArchiveQuery, Query()], given: Given) -> ArchiveAnswer:
    """Return daily observations; a day or value that was not observed is null."""
    started = perf_counter()
    served = find_site(given.state.snapshot, query, radius_km=given.site_radius_km)
    answer = archive_answer(served, query, given.now())
    answer.generationtime_ms = round((perf_counter() - started) * 1000, 3)
    return answer

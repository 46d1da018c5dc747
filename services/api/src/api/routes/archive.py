"""`/api/v1/archive`: what was observed, in Open-Meteo's shape."""

from time import perf_counter
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.answers.daily import archive_answer
from api.answers.parameters import ArchiveQuery
from api.answers.places import find_site
from api.answers.shapes import ArchiveAnswer
from api.routes.dependencies import API, NOT_FOUND, REFUSED, UNAVAILABLE, Given
from api.routes.written import write

router = APIRouter(tags=["observations"])


@router.get(
    f"{API}/archive",
    response_model=ArchiveAnswer,
    responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE},
)
async def get_archive(query: Annotated[ArchiveQuery, Query()], given: Given) -> Response:
    """Return daily observations; a day or value that was not observed is null."""
    started = perf_counter()
    served = find_site(given.state.snapshot, query, radius_km=given.site_radius_km)
    answer = archive_answer(served, query, given.now())
    body, etag = write([answer], started)
    return Response(body, media_type="application/json", headers={"ETag": etag})

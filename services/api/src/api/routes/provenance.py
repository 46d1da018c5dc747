"""`/api/v1/forecast/{id}` and `/api/v1/training-runs`: where things come from."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from api.answers.places import named_site
from api.answers.provenance import IssuedAnswer, TrainingQuery, TrainingRun
from api.routes.dependencies import API, NOT_FOUND, REFUSED, UNAVAILABLE, Given
from api.routes.paging import next_page

router = APIRouter(tags=["record"])


class IssuedForecasts(BaseModel):
    """What was issued last for a site, by the champions, their shadows and the references."""

    forecasts: list[IssuedAnswer]


class TrainingPage(BaseModel):
    """Trainings, newest first."""

    training_runs: list[TrainingRun]
    next: str | None = Field(description="where the next page is; null on the last one")


@router.get(
    f"{API}/sites/{{site}}/forecasts",
    response_model_exclude_none=True,
    responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE},
)
def get_issued_forecasts(site: str, given: Given) -> IssuedForecasts:
    """Return the forecasts that were issued last for a site, each with its id."""
    served = named_site(given.state.snapshot, site)
    return IssuedForecasts(forecasts=given.origins.newest_forecasts(served.site.site_id))


@router.get(
    f"{API}/forecast/{{forecast_id}}",
    response_model_exclude_none=True,
    responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE},
)
def get_issued_forecast(forecast_id: UUID, given: Given) -> IssuedAnswer:
    """Return a forecast as it was issued, down to data hash, git commit, model and decision."""
    return given.origins.issued_forecast(forecast_id)


@router.get(f"{API}/training-runs", responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE})
def get_training_runs(
    query: Annotated[TrainingQuery, Query()], request: Request, given: Given
) -> TrainingPage:
    """Return trainings with all their contenders, newest first."""
    if query.site is not None:
        named_site(given.state.snapshot, query.site)
    found = list(given.origins.training_runs(query))
    is_last = len(found) < query.limit
    following = None if is_last else next_page(request, before=found[-1].created_at.isoformat())
    return TrainingPage(training_runs=found, next=following)

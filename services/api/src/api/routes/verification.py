"""`/api/v1/verification`: how the forecasts that were issued turned out."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from api.answers.places import named_site
from api.answers.verification import (
    VerificationAnswer,
    VerificationQuery,
    forecast_variable,
    verification_answer,
)
from api.routes.dependencies import API, NOT_FOUND, REFUSED, UNAVAILABLE, Given

router = APIRouter(tags=["record"])


@router.get(f"{API}/verification", responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE})
def get_verification(
    query: Annotated[VerificationQuery, Query()], given: Given
) -> VerificationAnswer:
    """Return how good the forecasts of a variable were, by issuer and lead, the best one first.

    Champion, challengers and references are scored on forecasts that were really issued.
    """
    site_id = named_site(given.state.snapshot, query.site).site.site_id
    since = given.now().date() - timedelta(days=query.days)
    verified = given.chronicle.verified(site_id, forecast_variable(query.variable), since)
    return verification_answer(site_id, since, verified)

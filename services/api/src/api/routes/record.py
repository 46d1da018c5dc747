"""`/api/v1/decisions` and `/api/v1/events`: the record, page by page, newest first."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from api.answers.places import named_site
from api.answers.record import (
    DecisionAnswer,
    DecisionQuery,
    EventQuery,
    LoggedEvent,
    RecordQuery,
)
from api.routes.dependencies import API, NOT_FOUND, REFUSED, UNAVAILABLE, Given
from api.routes.paging import next_page
from api.services import Services

router = APIRouter(tags=["record"])

_NEXT = Field(description="where the next page is; null on the last one")


class DecisionPage(BaseModel):
    """Decisions, newest first."""

    decisions: list[DecisionAnswer]
    next: str | None = _NEXT


class EventPage(BaseModel):
    """Events, newest first."""

    events: list[LoggedEvent]
    next: str | None = _NEXT


@router.get(f"{API}/decisions", responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE})
def get_decisions(
    query: Annotated[DecisionQuery, Query()], request: Request, given: Given
) -> DecisionPage:
    """Return what the gate decided and why, newest first."""
    _know_site(query, given)
    found = list(given.record.decisions(query))
    is_last = len(found) < query.limit
    following = None if is_last else next_page(request, before=found[-1].decided_at.isoformat())
    return DecisionPage(decisions=found, next=following)


@router.get(f"{API}/events", responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE})
def get_events(query: Annotated[EventQuery, Query()], request: Request, given: Given) -> EventPage:
    """Return the event log, newest first."""
    _know_site(query, given)
    found = list(given.record.events(query))
    is_last = len(found) < query.limit
    following = None if is_last else next_page(request, before=str(found[-1].position))
    return EventPage(events=found, next=following)


def _know_site(query: RecordQuery, given: Services) -> None:
    """Answer a mistyped site with 404 rather than with an empty page."""
    if query.site is not None:
        named_site(given.state.snapshot, query.site)

"""`/api/v1/decisions`, `/reviews` and `/events`: the record, page by page, newest first."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field

from api.answers.places import named_site
from api.answers.record import (
    LARGEST_POSITION,
    DecisionAnswer,
    DecisionQuery,
    EventQuery,
    LoggedEvent,
    RecordQuery,
    ReviewAnswer,
    ReviewQuery,
)
from api.edge.head import HEAD_MARK
from api.routes.dependencies import (
    API,
    NOT_FOUND,
    REFUSED,
    UNAVAILABLE,
    Answers,
    Given,
)
from api.routes.paging import next_page
from api.services import Services

router = APIRouter(tags=["record"])

STREAMED: Answers = {200: {"description": "events, as they are recorded"}}

_NEXT = Field(description="where the next page is; null on the last one")


class DecisionPage(BaseModel):
    """Decisions, newest first."""

    decisions: list[DecisionAnswer]
    next: str | None = _NEXT


class ReviewPage(BaseModel):
    """Reviews, newest first; all of a day, even if they are more than were asked for."""

    reviews: list[ReviewAnswer]
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


@router.get(f"{API}/reviews", responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE})
def get_reviews(
    query: Annotated[ReviewQuery, Query()], request: Request, given: Given
) -> ReviewPage:
    """Return what the daily reviews of champions concluded and why, newest first."""
    _know_site(query, given)
    found = list(given.record.reviews(query))
    is_last = len(found) < query.limit
    following = None if is_last else next_page(request, before=found[-1].review_date.isoformat())
    return ReviewPage(reviews=found, next=following)


@router.get(f"{API}/events", responses={**REFUSED, **NOT_FOUND, **UNAVAILABLE})
def get_events(query: Annotated[EventQuery, Query()], request: Request, given: Given) -> EventPage:
    """Return the event log, newest first."""
    _know_site(query, given)
    found = list(given.record.events(query))
    is_last = len(found) < query.limit
    following = None if is_last else next_page(request, before=str(found[-1].position))
    return EventPage(events=found, next=following)


@router.get(
    f"{API}/events/stream", response_class=EventSourceResponse, responses=STREAMED | REFUSED
)
async def follow_events(
    request: Request,
    given: Given,
    last_event_id: Annotated[int | None, Header(ge=0, le=LARGEST_POSITION)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Follow the event log as it grows (Server-Sent Events).

    Each event comes under its type, with its position as the id: an `EventSource` that was cut off
    sends it back and is told what it has missed. Two more names say "look again": `pipeline` when
    jobs have moved, `reloaded` when this process serves something new.
    """
    if HEAD_MARK in request.scope:
        return
    async for told in given.feed.listen(last_event_id):
        yield ServerSentEvent(
            event=told.name,
            id=None if told.position is None else str(told.position),
            raw_data=told.event.model_dump_json() if told.event else "{}",
        )


def _know_site(query: RecordQuery, given: Services) -> None:
    """Answer a mistyped site with 404 rather than with an empty page."""
    if query.site is not None:
        named_site(given.state.snapshot, query.site)

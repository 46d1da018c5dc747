"""What each service owes an event: handled once, in order, in the transaction of its effect.

A delivery is written with its event, one for each service that reacts. Messages and ticks are only
hints to look here, so a wiped Redis, a doubled message or a killed worker neither loses an effect
nor repeats one. Of one site and service the oldest comes first; sites and services do not wait for
each other. What fails is tried again with growing pauses; after the last attempt it is a dead
letter that keeps its reason, and the next in line goes on (`climate events dead`).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.orm import Session

from shared.adapters.database import SessionFactory
from shared.adapters.ledger_tables import deliveries
from shared.adapters.tables import events
from shared.contracts.events import Event, EventType
from shared.contracts.queues import Service
from shared.contracts.subscriptions import SUBSCRIPTIONS, heard_by

#: Writes the effect of an event; called once for each event that ends well.
Handler = Callable[[Session, Event], None]
Handlers = Mapping[EventType, Handler]

MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)

_NOW = func.clock_timestamp()

log = structlog.get_logger()


def owe(session: Session, event: Event, position: int) -> None:
    """Write down who owes a reaction to an event, in the transaction of the event."""
    owed = [
        {"position": position, "consumer": service, "subject": event.subject}
        for service in SUBSCRIPTIONS[event.type]
    ]
    if owed:
        session.execute(insert(deliveries), owed)


def settle_hints(session: Session, service: Service, handled: Iterable[EventType]) -> None:
    """Tick off the events that tell a service no more than to look what is due.

    To be called in the transaction that looks. `handled` are those with a handler of their own.
    """
    hints = set(heard_by(service)) - set(handled)
    of_hints = select(events.c.position).where(
        events.c.position == deliveries.c.position, events.c.type.in_(hints)
    )
    session.execute(
        update(deliveries)
        .where(deliveries.c.consumer == service, deliveries.c.state == "owed", of_hints.exists())
        .values(state="handled", attempts=deliveries.c.attempts + 1, ended_at=_NOW)
    )


def handle_owed(sessions: SessionFactory, service: Service, handlers: Handlers) -> int:
    """Handle what a service owes and may be tried now, oldest first; return how many it tried."""
    tried = 0
    while handlers and _handle_next(sessions, service, handlers):
        tried += 1
    return tried


def dead_deliveries() -> Select[Any]:
    """Return the query of what could not be handled, oldest first, with its event."""
    return (
        select(deliveries, events)
        .join(events, events.c.position == deliveries.c.position)
        .where(deliveries.c.state == "dead")
        .order_by(deliveries.c.position, deliveries.c.consumer)
    )


def retry_delivery(session: Session, position: int, consumer: str | None = None) -> int:
    """Owe a dead letter anew, of one consumer or of all; return how many there were."""
    statement = (
        update(deliveries)
        .where(deliveries.c.position == position, deliveries.c.state == "dead")
        .values(state="owed", attempts=0, not_before=_NOW, ended_at=None)
        .returning(deliveries.c.consumer)
    )
    if consumer is not None:
        statement = statement.where(deliveries.c.consumer == consumer)
    return len(session.execute(statement).all())


def to_event(row: Row[tuple[object, ...]]) -> Event:
    """Return the event a row of the log holds."""
    return Event(
        id=row.event_id,
        source=row.source,
        type=row.type,
        time=row.time,
        subject=row.subject,
        correlation_id=row.correlation_id,
        data=row.data,
    )


def _handle_next(sessions: SessionFactory, service: Service, handlers: Handlers) -> bool:
    with sessions.begin() as session:
        row = session.execute(_next_owed(service, handlers)).one_or_none()
        if row is None:
            return False
        try:
            with session.begin_nested():
                handlers[EventType(row.type)](session, to_event(row))
        except Exception as error:  # noqa: BLE001 - it is written down with the delivery
            _note_failure(session, row, error)
        else:
            _note(session, row, state="handled", ended_at=_NOW, last_error=None)
    return True


def _next_owed(service: Service, handlers: Handlers) -> Select[Any]:
    """Return the query of the oldest delivery that has none of its site before it.

    Hints are none: they wait for a plan, and a plan that fails must not hold up what it is not
    needed for.
    """
    may_be_handled = (
        deliveries.c.consumer == service,
        deliveries.c.state == "owed",
        events.c.type.in_(handlers),
    )
    of_event = events.c.position == deliveries.c.position
    oldest = (
        select(func.min(deliveries.c.position))
        .join(events, of_event)
        .where(*may_be_handled)
        .group_by(deliveries.c.subject)
    )
    return (
        select(deliveries.c.consumer, deliveries.c.attempts, events)
        .join(events, of_event)
        .where(
            *may_be_handled,
            deliveries.c.not_before <= _NOW,
            deliveries.c.position.in_(oldest),
        )
        .order_by(deliveries.c.position)
        .limit(1)
        .with_for_update(of=deliveries, skip_locked=True)
    )


def _note_failure(session: Session, row: Row[Any], error: Exception) -> None:
    attempt, reason = row.attempts + 1, f"{type(error).__name__}: {error}"
    log.error("event not handled", event_id=str(row.event_id), attempt=attempt, exc_info=error)
    if attempt >= MOST_ATTEMPTS:
        _note(session, row, state="dead", ended_at=_NOW, last_error=reason)
        return
    pause = min(FIRST_PAUSE * 2.0 ** (attempt - 1), LONGEST_PAUSE)
    _note(session, row, not_before=_NOW + pause, last_error=reason)


def _note(session: Session, row: Row[Any], **values: object) -> None:
    session.execute(
        update(deliveries)
        .where(deliveries.c.position == row.position, deliveries.c.consumer == row.consumer)
        .values(attempts=deliveries.c.attempts + 1, **values)
    )

"""The outbox: events are written with their fact and leave after the commit.

Delivery is at least once. Whoever has just committed relays at once, and every worker relays on its
ticks, so what a crash or an absent Redis left behind leaves later. Rows are taken by "not yet
published" under a row lock, never by "position above the last one seen": positions are not handed
out in the order of commits.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from shared.adapters.database import SessionFactory, database_now
from shared.adapters.tables import events
from shared.contracts.events import Event, EventData

Publish = Callable[[Event], None]


def record_event(session: Session, data: EventData, *, correlation_id: UUID) -> Event:
    """Write an event in the transaction that makes it true."""
    event = Event.of(data, time=database_now(session), correlation_id=correlation_id)
    session.execute(
        insert(events).values(
            event_id=event.id,
            type=event.type,
            source=event.source,
            subject=event.subject,
            correlation_id=event.correlation_id,
            time=event.time,
            data=event.data,
        )
    )
    return event


def relay_outbox(sessions: SessionFactory, publish: Publish) -> int:
    """Publish every event not yet published, oldest first; return how many.

    A failure of `publish` is the caller's to handle; what was published before it stays marked,
    the rest stays in the outbox.
    """
    relayed = 0
    while _relay_one(sessions, publish):
        relayed += 1
    return relayed


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


def _relay_one(sessions: SessionFactory, publish: Publish) -> bool:
    with sessions.begin() as session:
        row = session.execute(
            select(events)
            .where(events.c.published_at.is_(None))
            .order_by(events.c.position)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if row is None:
            return False
        publish(to_event(row))
        session.execute(
            update(events)
            .where(events.c.position == row.position)
            .values(published_at=func.clock_timestamp())
        )
    return True

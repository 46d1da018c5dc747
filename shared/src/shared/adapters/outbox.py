"""The outbox: events are written with their fact and leave after the commit.

Delivery is at least once. Whoever has just committed relays at once, and every worker relays on its
ticks, so what a crash or an absent Redis left behind leaves later. One relay is at it at a time, so
that events leave in order. Rows are taken by "not yet published", never by "position above the last
one seen": positions are not handed out in the order of commits.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from shared.adapters.database import SessionFactory, database_now
from shared.adapters.deliveries import owe, to_event
from shared.adapters.tables import events
from shared.contracts.events import Event, EventData, EventType

__all__ = ["Publish", "record_event", "relay_outbox", "to_event"]

Publish = Callable[[Event], None]

_LOCK_KEY = 7_220_150
# A crash amid them publishes as many again.
_TOGETHER = 100


def record_event(session: Session, data: EventData, *, correlation_id: UUID) -> Event:
    """Write an event in the transaction that makes it true."""
    event = Event.of(data, time=database_now(session), correlation_id=correlation_id)
    position = session.execute(
        insert(events)
        .values(
            event_id=event.id,
            type=event.type,
            source=event.source,
            subject=event.subject,
            correlation_id=event.correlation_id,
            time=event.time,
            data=event.data,
        )
        .returning(events.c.position)
    ).scalar_one()
    owe(session, event, position)
    return event


def relay_outbox(sessions: SessionFactory, publish: Publish) -> int:
    """Publish every event not yet published, oldest first; return how many.

    A failure of `publish` is the caller's to handle; what was published before it stays marked,
    the rest stays in the outbox.
    """
    relayed = 0
    while some := _relay_some(sessions, publish):
        relayed += some
    return relayed


def _relay_some(sessions: SessionFactory, publish: Publish) -> int:
    with sessions.begin() as session:
        if not session.execute(select(func.pg_try_advisory_xact_lock(_LOCK_KEY))).scalar_one():
            return 0  # another worker is at it
        waiting = session.execute(
            select(events)
            # One of a type this version does not know is left to a newer one.
            .where(events.c.published_at.is_(None), events.c.type.in_(EventType))
            .order_by(events.c.position)
            .limit(_TOGETHER)
        ).all()
        published, failure = _publish_all(waiting, publish)
        session.execute(
            update(events)
            .where(events.c.position.in_(published))
            .values(published_at=func.clock_timestamp())
        )
    if failure is not None:
        raise failure
    return len(published)


def _publish_all(
    waiting: Sequence[Row[Any]], publish: Publish
) -> tuple[list[int], Exception | None]:
    published: list[int] = []
    for row in waiting:
        try:
            publish(to_event(row))
        except Exception as error:  # noqa: BLE001 - raised again once the rest is noted
            return published, error
        published.append(row.position)
    return published, None

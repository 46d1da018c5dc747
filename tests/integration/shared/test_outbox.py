"""The outbox: every event leaves, in order, at least once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from shared.adapters.database import SessionFactory
from shared.adapters.outbox import record_event, relay_outbox
from shared.adapters.tables import events
from shared.contracts.events import Event, ObservationsCollected
from tests.support.database import SITE_ID


def collected(days_changed: int) -> ObservationsCollected:
    day = date(2026, 11, 22)
    return ObservationsCollected(
        site_id=SITE_ID, first_date=day, last_date=day, days_changed=days_changed
    )


def record(sessions: SessionFactory, count: int) -> None:
    for number in range(count):
        with sessions.begin() as session:
            record_event(session, collected(number), correlation_id=uuid4())


def test_events_leave_in_order_and_once(sessions: SessionFactory) -> None:
    record(sessions, 3)
    published: list[Event] = []
    assert relay_outbox(sessions, published.append) == 3
    assert relay_outbox(sessions, published.append) == 0
    assert [event.data["days_changed"] for event in published] == [0, 1, 2]
    assert published[0].fact() == collected(0)


def test_event_of_a_rolled_back_fact_never_leaves(sessions: SessionFactory) -> None:
    with pytest.raises(ValueError, match="undone"), sessions.begin() as session:
        record_event(session, collected(1), correlation_id=uuid4())
        raise ValueError("undone")
    assert relay_outbox(sessions, lambda _: pytest.fail("published")) == 0


def test_event_stays_when_publishing_fails_and_leaves_later(sessions: SessionFactory) -> None:
    record(sessions, 3)
    published: list[Event] = []

    def publish_once(event: Event) -> None:
        if published:
            raise ConnectionError("redis is away")
        published.append(event)

    with pytest.raises(ConnectionError):
        relay_outbox(sessions, publish_once)
    assert relay_outbox(sessions, published.append) == 2
    assert [event.data["days_changed"] for event in published] == [0, 1, 2]


def test_two_relays_share_the_work(sessions: SessionFactory) -> None:
    record(sessions, 20)
    published: list[Event] = []
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _: relay_outbox(sessions, published.append), range(2)))
    assert sum(counts) == 20
    assert len({event.id for event in published}) == 20


def test_log_keeps_every_event(sessions: SessionFactory) -> None:
    record(sessions, 2)
    relay_outbox(sessions, lambda _: None)
    with sessions.begin() as session:
        assert session.execute(select(func.count()).select_from(events)).scalar_one() == 2

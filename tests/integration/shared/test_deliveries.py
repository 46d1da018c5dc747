"""What a service owes an event: its effect once, in order, and nobody held up by what fails."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from shared.adapters.database import SessionFactory
from shared.adapters.deliveries import (
    MOST_ATTEMPTS,
    dead_deliveries,
    handle_owed,
    retry_delivery,
    settle_hints,
)
from shared.adapters.ledger_tables import deliveries
from shared.adapters.outbox import record_event
from shared.adapters.tables import events, sites
from shared.contracts.events import (
    Event,
    EventType,
    ObservationsCollected,
    RetrainingRequested,
)
from shared.contracts.queues import Service
from shared.forecasting.variables import Variable
from tests.support.database import SITE_ID

COLLECTED = EventType.OBSERVATIONS_COLLECTED


def collected(sessions: SessionFactory, count: int, *, site_id: str = SITE_ID) -> None:
    for number in range(count):
        day = date(2026, 11, 22)
        fact = ObservationsCollected(
            site_id=site_id, first_date=day, last_date=day, days_changed=number
        )
        with sessions.begin() as session:
            record_event(session, fact, correlation_id=uuid4())


def rows(sessions: SessionFactory, service: Service = Service.TRAINER) -> list[Row[Any]]:
    statement = select(deliveries).where(deliveries.c.consumer == service)
    with sessions.begin() as session:
        return list(session.execute(statement.order_by(deliveries.c.position)).all())


def note(seen: list[int]) -> Callable[[Session, Event], None]:
    return lambda _session, event: seen.append(event.data["days_changed"])


def fail(_session: Session, event: Event) -> None:
    message = f"no way with {event.data['days_changed']}"
    raise ValueError(message)


def test_each_subscriber_handles_each_event_once_and_in_order(sessions: SessionFactory) -> None:
    collected(sessions, 3)
    for service in (Service.TRAINER, Service.REGISTRY_GATE):
        seen: list[int] = []
        assert handle_owed(sessions, service, {COLLECTED: note(seen)}) == 3
        assert handle_owed(sessions, service, {COLLECTED: note(seen)}) == 0
        assert seen == [0, 1, 2]


def test_effect_and_the_note_that_it_was_made_are_one_transaction(
    sessions: SessionFactory,
) -> None:
    collected(sessions, 1)

    def half_done(session: Session, event: Event) -> None:
        session.execute(update(sites).values(name="Half done"))
        fail(session, event)

    handle_owed(sessions, Service.TRAINER, {COLLECTED: half_done})
    with sessions.begin() as session:
        assert session.execute(select(sites.c.name)).scalars().all() != ["Half done"]
    (row,) = rows(sessions)
    assert (row.state, row.attempts) == ("owed", 1)
    assert row.last_error == "ValueError: no way with 0"


def test_two_workers_make_each_effect_once_and_in_order(sessions: SessionFactory) -> None:
    collected(sessions, 20)
    seen: list[int] = []
    handlers = {COLLECTED: note(seen)}
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: handle_owed(sessions, Service.TRAINER, handlers), range(2)))
    handle_owed(sessions, Service.TRAINER, handlers)
    assert seen == list(range(20))


def test_subscriber_that_always_fails_holds_up_no_other(sessions: SessionFactory) -> None:
    collected(sessions, 2)
    handle_owed(sessions, Service.TRAINER, {COLLECTED: fail})
    seen: list[int] = []
    handle_owed(sessions, Service.REGISTRY_GATE, {COLLECTED: note(seen)})
    assert seen == [0, 1]


def test_what_fails_waits_and_those_after_it_wait_with_it(sessions: SessionFactory) -> None:
    collected(sessions, 2)
    assert handle_owed(sessions, Service.TRAINER, {COLLECTED: fail}) == 1
    seen: list[int] = []
    assert handle_owed(sessions, Service.TRAINER, {COLLECTED: note(seen)}) == 0
    hasten(sessions)
    handle_owed(sessions, Service.TRAINER, {COLLECTED: note(seen)})
    assert seen == [0, 1]


def hasten(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        session.execute(update(deliveries).values(not_before=func.now()))


def test_poison_becomes_a_dead_letter_with_its_reason_and_the_next_goes_on(
    sessions: SessionFactory,
) -> None:
    collected(sessions, 2)
    seen: list[int] = []

    def choke_on_the_first(session: Session, event: Event) -> None:
        if event.data["days_changed"] == 0:
            fail(session, event)
        note(seen)(session, event)

    for _ in range(MOST_ATTEMPTS):
        handle_owed(sessions, Service.TRAINER, {COLLECTED: choke_on_the_first})
        hasten(sessions)
    assert seen == [1]
    with sessions.begin() as session:
        (dead,) = session.execute(dead_deliveries()).all()
        assert (dead.consumer, dead.last_error) == ("trainer", "ValueError: no way with 0")
        assert retry_delivery(session, dead.position) == 1
    handle_owed(sessions, Service.TRAINER, {COLLECTED: note(seen)})
    assert seen == [1, 0]


def test_event_of_a_type_nobody_knows_is_not_in_the_way(sessions: SessionFactory) -> None:
    collected(sessions, 1)
    with sessions.begin() as session:
        session.execute(
            events.insert().values(
                event_id=uuid4(),
                type="from.the_future",
                source="/x",
                subject=f"sites/{SITE_ID}",
                correlation_id=uuid4(),
                time=func.now(),
                data={},
            )
        )
    seen: list[int] = []
    assert handle_owed(sessions, Service.TRAINER, {COLLECTED: note(seen)}) == 1


def test_hint_is_settled_by_looking(sessions: SessionFactory) -> None:
    collected(sessions, 2)
    with sessions.begin() as session:
        settle_hints(session, Service.TRAINER, ())
    assert {row.state for row in rows(sessions)} == {"handled"}
    assert {row.state for row in rows(sessions, Service.REGISTRY_GATE)} == {"owed"}


def test_hint_is_still_owed_where_looking_failed(sessions: SessionFactory) -> None:
    collected(sessions, 1)
    with pytest.raises(ValueError, match="no"), sessions.begin() as session:
        settle_hints(session, Service.TRAINER, ())
        raise ValueError("no")
    assert [row.state for row in rows(sessions)] == ["owed"]


def test_hint_that_waits_for_a_plan_is_not_in_the_way(sessions: SessionFactory) -> None:
    collected(sessions, 1)
    request = RetrainingRequested(
        site_id=SITE_ID, variables=(Variable.TEMPERATURE_MAX,), asked_by="review", reason="Drift."
    )
    with sessions.begin() as session:
        record_event(session, request, correlation_id=uuid4())
    seen: list[str] = []
    handlers = {request.type: lambda _session, event: seen.append(event.data["asked_by"])}
    assert handle_owed(sessions, Service.TRAINER, handlers) == 1
    assert seen == ["review"]

"""A worker between database and Redis: what is due is sent, whatever becomes of Redis."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
import redis
from kombu import Connection
from sqlalchemy.orm import Session

from shared.adapters.celery import KEY_PREFIX, make_celery_app
from shared.adapters.database import SessionFactory, database_now
from shared.adapters.ledger import plan_job
from shared.adapters.outbox import record_event
from shared.adapters.ticks import last_ticks
from shared.adapters.worker import Worker, make_worker
from shared.contracts.events import Event, ObservationsCollected
from shared.contracts.jobs import JOBS, JobKind
from shared.contracts.queues import EVENT_STREAM, Service
from tests.support.database import LOGICAL_DATE, SITE_ID, job_row, planned


@pytest.fixture
def worker(database_url: str, sessions: SessionFactory, empty_redis_url: str) -> Iterator[Worker]:
    """Return a collector's worker on real servers."""
    del sessions  # it has filled the database
    app = make_celery_app(Service.COLLECTOR, empty_redis_url)
    made = make_worker(Service.COLLECTOR, app, database_url=database_url, redis_url=empty_redis_url)
    yield made
    made.events.close()
    app.close()
    made.sessions.kw["bind"].dispose()


def messages(worker: Worker, service: Service = Service.COLLECTOR) -> list[str]:
    """Take all messages off a queue; return the tasks they ask for."""
    found = []
    with worker.app.connection_for_read() as connection:
        assert isinstance(connection, Connection)
        while message := connection.default_channel.basic_get(service.value, no_ack=True):
            found.append(message.headers["task"])
    return found


def test_due_job_is_sent_to_the_queue_of_its_service(
    worker: Worker, sessions: SessionFactory
) -> None:
    job_id = planned(sessions)
    worker.send_due()
    worker.send_due()
    assert messages(worker) == ["collector.collect_observations"]
    assert job_row(sessions, job_id).sent_at is not None


def test_jobs_of_a_kind_travel_together(worker: Worker, sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        for day in range(JOBS[JobKind.COLLECT].most_together + 1):
            date = LOGICAL_DATE - timedelta(days=day)
            plan_job(session, kind=JobKind.COLLECT, site_id=SITE_ID, logical_date=date)
    worker.send_due()
    assert messages(worker) == ["collector.collect_observations"] * 2


def test_plan_that_fails_does_not_hold_up_what_is_due(
    worker: Worker, sessions: SessionFactory
) -> None:
    planned(sessions)

    def plan(_session: Session) -> None:
        raise ValueError("no such time zone")

    with pytest.raises(ValueError, match="no such time zone"):
        worker.tick(plan)
    assert messages(worker) == ["collector.collect_observations"]


def test_wiped_redis_is_noticed_and_its_messages_sent_again(
    worker: Worker, sessions: SessionFactory
) -> None:
    planned(sessions)
    worker.send_due()
    worker.events.flushall()
    worker.send_due()
    assert messages(worker) == ["collector.collect_observations"]


def test_event_goes_to_its_subscribers_and_to_the_stream(
    worker: Worker, sessions: SessionFactory
) -> None:
    with sessions.begin() as session:
        event = record_event(
            session,
            ObservationsCollected(
                site_id=SITE_ID, first_date=LOGICAL_DATE, last_date=LOGICAL_DATE, days_changed=1
            ),
            correlation_id=UUID(int=7),
        )
    worker.send_due()
    assert messages(worker, Service.TRAINER) == ["trainer.on_observations_collected"]
    # redis-py types answers for every protocol version at once.
    stream = cast("list[Any]", worker.events.xread({EVENT_STREAM: "0"}))
    ((_, ((_, entry),)),) = stream
    assert Event.model_validate_json(entry[b"event"]) == event


def test_keys_of_the_broker_carry_our_prefix(worker: Worker, sessions: SessionFactory) -> None:
    planned(sessions)
    worker.send_due()
    keys = cast("list[bytes]", list(worker.events.scan_iter()))
    assert keys != []
    assert all(key.startswith(KEY_PREFIX.encode()) for key in keys)


def test_absent_redis_leaves_everything_in_the_database(
    database_url: str, sessions: SessionFactory
) -> None:
    nowhere = "redis://127.0.0.1:1/0"
    app = make_celery_app(Service.COLLECTOR, nowhere)
    worker = make_worker(Service.COLLECTOR, app, database_url=database_url, redis_url=nowhere)
    job_id = planned(sessions)
    worker.send_due()
    assert job_row(sessions, job_id).sent_at is None
    with pytest.raises(redis.ConnectionError):
        worker.events.ping()
    app.close()
    worker.events.close()
    worker.sessions.kw["bind"].dispose()


def test_tick_is_noted_for_whoever_asks_whether_the_queues_work(
    worker: Worker, sessions: SessionFactory
) -> None:
    worker.tick(lambda _session: None)
    worker.tick(lambda _session: None)
    with sessions.begin() as session:
        (tick,) = last_ticks(session)
        assert timedelta() <= database_now(session) - tick.ticked_at < timedelta(seconds=30)
    assert tick.service is Service.COLLECTOR

"""The composition every worker shares: database, ledger, outbox, and how they meet Celery."""

import functools
import os
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import redis
import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy.orm import Session

from shared.adapters.celery import KEY_PREFIX, send_event, send_jobs
from shared.adapters.database import SessionFactory, make_engine, make_session_factory
from shared.adapters.deliveries import Handlers, handle_owed, settle_hints
from shared.adapters.event_stream import CONNECTION_OPTIONS, publish_to_stream
from shared.adapters.outbox import relay_outbox
from shared.adapters.runner import JobRunner, SharedWork, Work
from shared.adapters.sending import forget_sent, take_sendable
from shared.adapters.ticks import note_tick
from shared.contracts.events import Event
from shared.contracts.queues import Service

# A key that nobody deletes: where it is missing, so are all messages.
_ALIVE = f"{KEY_PREFIX}alive"

log = structlog.get_logger()


@dataclass(frozen=True)
class Worker:
    """A worker process: runs the jobs of one service and sends what is due.

    Attributes
    ----------
    service : Service
        Whose jobs these are.
    sessions : SessionFactory
        Transactions on the system's database.
    app : Celery
        Where messages go.
    events : redis.Redis
        Where the stream of events is.
    handlers : mapping of EventType to Handler
        What an event asks for that does not follow from the database by itself.
    """

    service: Service
    sessions: SessionFactory
    app: Celery
    events: "redis.Redis"
    handlers: Handlers = field(default_factory=dict)

    def run(self, job_id: str, work: Work) -> str:
        """Do the job a message named; return what became of it."""
        return self._runner().run(UUID(job_id), work)

    def run_together(self, job_ids: Sequence[str], work: SharedWork) -> dict[str, int]:
        """Do the jobs a message named, together; return how many ended how."""
        outcomes = self._runner().run_together([UUID(job_id) for job_id in job_ids], work)
        return dict(Counter(outcome.value for outcome in outcomes.values()))

    def tick(self, plan: Callable[[Session], object]) -> None:
        """Plan what is due, then send it: what the scheduler's tick and every event ask for."""
        with self.sessions.begin() as session:
            note_tick(session, self.service, _worker_name())
        try:
            handle_owed(self.sessions, self.service, self.handlers)
            with self.sessions.begin() as session:
                settle_hints(session, self.service, self.handlers)
                plan(session)
        finally:  # one site that cannot be planned must not hold up the work of all others
            self.send_due()

    def send_due(self) -> None:
        """Send the jobs whose message is missing, then relay the outbox.

        Redis may be away: then everything stays in the database for the next tick.
        """
        try:
            self._send_jobs()
            relay_outbox(self.sessions, self._publish)
        except (OperationalError, redis.RedisError) as error:
            log.warning("redis is away, messages wait in the database", error=str(error))

    def _runner(self) -> JobRunner:
        return JobRunner(self.sessions, worker=_worker_name(), after_commit=self.send_due)

    def _send_jobs(self) -> None:
        with self.sessions.begin() as session:
            if self._redis_was_wiped():
                forget_sent(session, self.service)
            for kind, job_ids in take_sendable(session, self.service).items():
                send_jobs(self.app, kind, job_ids)

    def _redis_was_wiped(self) -> bool:
        """Say whether Redis has lost all messages since this was last asked of this service."""
        return bool(self.events.set(f"{_ALIVE}:{self.service}", "", nx=True))

    def _publish(self, event: Event) -> None:
        send_event(self.app, event)
        publish_to_stream(self.events, event)


def make_worker(
    service: Service,
    app: Celery,
    *,
    database_url: str,
    redis_url: str,
    handlers: Handlers | None = None,
) -> Worker:
    """Return a worker of a service, connected to nothing until it first works."""
    return Worker(
        service=service,
        sessions=make_session_factory(make_engine(database_url)),
        app=app,
        events=redis.Redis.from_url(redis_url, **CONNECTION_OPTIONS),
        handlers=handlers or {},
    )


@functools.cache
def _worker_name() -> str:
    return f"{socket.gethostname()}/{os.getpid()}"

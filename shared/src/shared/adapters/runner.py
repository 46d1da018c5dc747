"""Running one job: claim, work under a renewed lease, effect and end in one transaction.

The slow part (fetching, fitting) happens outside any transaction and returns an *effect*, a
function that writes. Effect and "done" are committed together, fenced by the lease's token, so a
worker that was presumed dead can come back and still writes nothing twice.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import StrEnum
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared.adapters import ledger
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import Job
from shared.contracts.jobs import HEARTBEAT
from shared.errors import ClimateError, LeaseLost

Effect = Callable[[Session], None]
Work = Callable[[Job], Effect]

log = structlog.get_logger()


class Outcome(StrEnum):
    """What became of a message about a job."""

    DONE = "done"
    NOTHING_TO_DO = "nothing-to-do"
    WILL_RETRY = "will-retry"
    DEAD = "dead"
    LEASE_LOST = "lease-lost"


def no_effect(_session: Session) -> None:
    """Write nothing: the work found that there was nothing to do."""


class JobRunner:
    """Runs jobs of the ledger, one at a time a thread.

    Parameters
    ----------
    sessions : SessionFactory
        Transactions on the system's database.
    worker : str
        Name of this process in the ledger, for people.
    after_commit : Callable[[], None]
        Called after an effect is committed: relays the outbox and sends follow-up jobs.
    """

    def __init__(
        self, sessions: SessionFactory, *, worker: str, after_commit: Callable[[], None]
    ) -> None:
        self._sessions = sessions
        self._worker = worker
        self._after_commit = after_commit

    def run(self, job_id: UUID, work: Work) -> Outcome:
        """Do a job if it is free; errors of the work end in the ledger, not in the caller."""
        with self._sessions.begin() as session:
            job = ledger.claim(session, job_id, worker=self._worker)
        if job is None:
            return Outcome.NOTHING_TO_DO
        fields = {"job_id": str(job.job_id), "correlation_id": str(job.correlation_id)}
        with structlog.contextvars.bound_contextvars(**fields, kind=job.kind, site_id=job.site_id):
            outcome = self._attempt(job, work)
            log.info("job ended", outcome=outcome, attempt=job.attempt)
        self._after_commit()
        return outcome

    def _attempt(self, job: Job, work: Work) -> Outcome:
        try:
            with self._lease_kept(job):
                effect = work(replace(job, report=lambda text: self._report(job, text)))
            with self._sessions.begin() as session:
                effect(session)
                ledger.finish(session, job)
        except LeaseLost:
            return Outcome.LEASE_LOST
        except Exception as error:
            log.exception("job failed", attempt=job.attempt)
            return self._fail(job, error)
        except BaseException:
            # The process is being stopped: let another worker have the job at once.
            self._give_back(job)
            raise
        return Outcome.DONE

    def _fail(self, job: Job, error: Exception) -> Outcome:
        try:
            with self._sessions.begin() as session:
                retries = ledger.fail(
                    session,
                    job,
                    f"{type(error).__name__}: {error}",
                    is_lasting=isinstance(error, ClimateError) and error.is_lasting,
                )
        except (LeaseLost, SQLAlchemyError):
            # Then the lease runs out by itself and the job is found again.
            return Outcome.LEASE_LOST
        return Outcome.WILL_RETRY if retries else Outcome.DEAD

    def _give_back(self, job: Job) -> None:
        with (
            contextlib.suppress(LeaseLost, SQLAlchemyError),
            self._sessions.begin() as session,
        ):
            ledger.give_back(session, job)

    def _report(self, job: Job, text: str) -> None:
        try:
            with self._sessions.begin() as session:
                ledger.report(session, job, text)
        except SQLAlchemyError as error:
            # Work of minutes does not end because a word about it was lost.
            log.warning("progress not noted", error=type(error).__name__)

    @contextlib.contextmanager
    def _lease_kept(self, job: Job) -> Iterator[None]:
        stop = threading.Event()
        keeper = threading.Thread(
            target=self._keep_lease, args=(job, stop), name=f"lease-{job.job_id}", daemon=True
        )
        keeper.start()
        try:
            yield
        finally:
            stop.set()
            keeper.join()

    def _keep_lease(self, job: Job, stop: threading.Event) -> None:
        while not stop.wait(HEARTBEAT.total_seconds()):
            try:
                with self._sessions.begin() as session:
                    ledger.renew(session, job)
            except LeaseLost:
                return
            except SQLAlchemyError as error:
                log.warning("lease not renewed, trying again", error=type(error).__name__)

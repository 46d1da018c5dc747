"""Running one job: claim, work under a renewed lease, effect and end in one transaction.

The slow part (fetching, fitting) happens outside any transaction and returns an *effect*, a
function that writes. Effect and "done" are committed together, fenced by the lease's token, so a
worker that was presumed dead can come back and still writes nothing twice.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
Result = tuple[Job, Effect | Exception]
#: Work on several jobs at once: yields an effect, or what went wrong, for each as it comes.
SharedWork = Callable[[Sequence[Job]], Iterable[Result]]

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
    """Runs jobs of the ledger, one at a time a thread, or several that are done together.

    Parameters
    ----------
    sessions : SessionFactory
        Transactions on the system's database.
    worker : str
        Name of this process in the ledger, for people.
    after_commit : Callable[[], None]
        Called after effects are committed: relays the outbox and sends follow-up jobs.
    """

    def __init__(
        self, sessions: SessionFactory, *, worker: str, after_commit: Callable[[], None]
    ) -> None:
        self._sessions = sessions
        self._worker = worker
        self._after_commit = after_commit

    def run(self, job_id: UUID, work: Work) -> Outcome:
        """Do a job if it is free; errors of the work end in the ledger, not in the caller."""
        outcomes = self.run_together([job_id], lambda jobs: ((job, work(job)) for job in jobs))
        return outcomes.get(job_id, Outcome.NOTHING_TO_DO)

    def run_together(self, job_ids: Sequence[UUID], work: SharedWork) -> dict[UUID, Outcome]:
        """Do those of several jobs that are free; return what became of each.

        Each ends in a transaction of its own, as soon as the work yields its effect, so what was
        done before a crash stays done. An error the work raises is that of all jobs not yet ended.
        """
        with self._sessions.begin() as session:
            jobs = ledger.claim_together(session, job_ids, worker=self._worker)
        if not jobs:
            return {}
        with structlog.contextvars.bound_contextvars(**_fields(jobs)):
            outcomes = self._attempt(jobs, work)
        self._after_commit()
        return outcomes

    def _attempt(self, jobs: Sequence[Job], work: SharedWork) -> dict[UUID, Outcome]:
        outcomes: dict[UUID, Outcome] = {}
        at_work = {job.job_id: job for job in jobs}
        with self._leases_kept(at_work):
            try:
                for job, result in self._results(jobs, work):
                    outcomes[job.job_id] = self._end(job, result)
                    at_work.pop(job.job_id)
            except BaseException:
                # The process is being stopped: let another worker have the jobs at once.
                for job in list(at_work.values()):
                    self._give_back(job)
                raise
        return outcomes

    def _results(self, jobs: Sequence[Job], work: SharedWork) -> Iterator[Result]:
        """Yield a result for every job, whatever becomes of the work."""
        left = {job.job_id: job for job in jobs}
        error: Exception = ClimateError("The work ended without a word about this job.")
        try:
            for job, result in work([self._reporting(job) for job in jobs]):
                if left.pop(job.job_id, None) is not None:
                    yield job, result
        except Exception as raised:  # noqa: BLE001 - it is written down with each job
            error = raised
        for job in left.values():
            yield job, error

    def _end(self, job: Job, result: Effect | Exception) -> Outcome:
        with structlog.contextvars.bound_contextvars(**_fields([job])):
            if isinstance(result, Exception):
                outcome = self._fail(job, result)
            else:
                outcome = self._finish(job, result)
            log.info("job ended", outcome=outcome, attempt=job.attempt)
        return outcome

    def _finish(self, job: Job, effect: Effect) -> Outcome:
        try:
            with self._sessions.begin() as session:
                effect(session)
                ledger.finish(session, job)
        except LeaseLost:
            return Outcome.LEASE_LOST
        except Exception as error:  # noqa: BLE001 - it is written down with the job
            return self._fail(job, error)
        return Outcome.DONE

    def _fail(self, job: Job, error: Exception) -> Outcome:
        if isinstance(error, LeaseLost):
            return Outcome.LEASE_LOST
        _log_failure(job, error)
        try:
            with self._sessions.begin() as session:
                retries = ledger.fail(session, job, error)
        except (LeaseLost, SQLAlchemyError):
            # Then the lease runs out by itself and the job is found again.
            return Outcome.LEASE_LOST
        return Outcome.WILL_RETRY if retries else Outcome.DEAD

    def _reporting(self, job: Job) -> Job:
        return replace(job, report=lambda text: self._report(job, text))

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
    def _leases_kept(self, at_work: Mapping[UUID, Job]) -> Iterator[None]:
        stop = threading.Event()
        keeper = threading.Thread(
            target=self._keep_leases, args=(at_work, stop), name="leases", daemon=True
        )
        keeper.start()
        try:
            yield
        finally:
            stop.set()
            keeper.join()

    def _keep_leases(self, at_work: Mapping[UUID, Job], stop: threading.Event) -> None:
        while not stop.wait(HEARTBEAT.total_seconds()):
            try:
                with self._sessions.begin() as session:
                    ledger.renew(session, list(at_work.values()))
            except SQLAlchemyError as error:
                log.warning("lease not renewed, trying again", error=type(error).__name__)


def _fields(jobs: Sequence[Job]) -> dict[str, object]:
    """Return what every line of the log says about the jobs at work."""
    if len(jobs) > 1:
        return {"kind": jobs[0].kind, "jobs": len(jobs)}
    (job,) = jobs
    ids = {"job_id": str(job.job_id), "correlation_id": str(job.correlation_id)}
    return {**ids, "kind": job.kind, "site_id": job.site_id}


def _log_failure(job: Job, error: Exception) -> None:
    """Log an error: our own ones say what is wrong, of others it takes the traceback to know."""
    if not isinstance(error, ClimateError):
        log.error("job failed", attempt=job.attempt, exc_info=error)
    elif error.retry_after is None:
        log.error("job failed", attempt=job.attempt, error=type(error).__name__, reason=str(error))
    else:
        log.info("job waits", reason=str(error), seconds=error.retry_after.total_seconds())

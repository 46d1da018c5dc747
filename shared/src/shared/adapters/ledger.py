"""The job ledger: every unit of work is a row here before any message about it is sent.

A message only says "look at this row". A worker claims the row with a lease by the database's
clock, renews the lease while it works, and finishes the row in the transaction of its effect. So a
lost, doubled or late message, a crashed worker or a second scheduler never loses or doubles work.

    queued ──claim──> running ──finish──> done
      ^                  │ fail, or lease ran out
      └──── retry ───────┤
                         └── attempts used up ──> dead (waits for `climate jobs retry`)

What is unfinished when a site is paused or removed is cancelled, and queued again on its return.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.adapters.tables import jobs
from shared.contracts.jobs import JOBS, LEASE, JobKind
from shared.errors import ClimateError, LeaseLost

_NOW = func.clock_timestamp()
#: States of a job that is still to be done.
UNFINISHED = ("queued", "running")
#: Why a job was cancelled that is taken up again when its site returns.
_SITE_AWAY = "its site was paused or removed"


def _silent(_text: str) -> None:
    """Take progress nobody follows."""


@dataclass(frozen=True)
class Job:
    """A claimed unit of work: what a use case is given.

    Attributes
    ----------
    run : int
        0 for the scheduled run of the logical date, more for runs a human asked for.
    part : str
        Which part of the site's work, such as a variable; empty where it is not divided.
    attempt : int
        1 at the first attempt.
    lease_token : UUID
        Fences the effect: only the holder of the newest token can finish the job.
    report : Callable[[str], None]
        Tells whoever watches how far the work is.
    """

    job_id: UUID
    kind: JobKind
    site_id: str
    logical_date: date
    run: int = 0
    part: str = ""
    parent_id: UUID | None = None
    correlation_id: UUID = field(default_factory=uuid4)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    attempt: int = 1
    lease_token: UUID = field(default_factory=uuid4)
    report: Callable[[str], None] = _silent


def plan_job(  # noqa: PLR0913 - the columns of a row, all by keyword
    session: Session,
    *,
    kind: JobKind,
    site_id: str,
    logical_date: date,
    run: int = 0,
    part: str = "",
    parent: Job | None = None,
    parameters: Mapping[str, Any] | None = None,
    delay: timedelta = timedelta(0),
) -> UUID | None:
    """Write a job down unless it is there already; return its id if it is new.

    Parameters
    ----------
    parent : Job, optional
        The job this one is part of or follows from; it inherits the correlation id.
    delay : timedelta
        How long it waits before anyone takes it.
    """
    row = {
        "kind": kind,
        "site_id": site_id,
        "logical_date": logical_date,
        "run": run,
        "part": part,
        "parameters": dict(parameters or {}),
        "not_before": _NOW + delay,
    }
    if parent is not None:
        row |= {"parent_id": parent.job_id, "correlation_id": parent.correlation_id}
    statement = insert(jobs).values(row).on_conflict_do_nothing().returning(jobs.c.job_id)
    return session.execute(statement).scalar_one_or_none()


def request_job(
    session: Session,
    *,
    kind: JobKind,
    site_id: str,
    logical_date: date,
    part: str = "",
    parameters: Mapping[str, Any] | None = None,
) -> UUID:
    """Ask for a run beyond the schedule; one that is still at work is joined.

    It is at work as long as it, or any job that follows from it, is unfinished.

    Returns
    -------
    UUID
        The id of the job that will do what was asked.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"{kind}/{site_id}"))))
    chain = jobs.alias("chain")
    at_work = select(chain.c.job_id).where(
        chain.c.correlation_id == jobs.c.correlation_id, chain.c.state.in_(UNFINISHED)
    )
    asked_for = (jobs.c.kind == kind, jobs.c.site_id == site_id, jobs.c.part == part)
    unfinished: UUID | None = session.execute(
        select(jobs.c.job_id)
        .where(*asked_for, at_work.exists())
        .order_by(jobs.c.created_at.desc())
        .limit(1)
    ).scalar_one_or_none()
    if unfinished is not None:
        return unfinished
    latest_run = select(func.coalesce(func.max(jobs.c.run), 0)).where(
        *asked_for, jobs.c.logical_date == logical_date
    )
    run = session.execute(latest_run).scalar_one() + 1
    job_id = plan_job(
        session,
        kind=kind,
        site_id=site_id,
        logical_date=logical_date,
        run=run,
        part=part,
        parameters=parameters,
    )
    if job_id is None:  # unreachable under the lock; never guess an id
        message = f"The {kind} job of {site_id} was taken by someone else; ask again."
        raise ClimateError(message)
    return job_id


def claim(session: Session, job_id: UUID, *, worker: str) -> Job | None:
    """Take a job if it is free: queued and due, or left behind by a dead worker.

    Returns
    -------
    Job or None
        None if there is nothing to do: done, dead, waiting, or in other hands.
    """
    claimed = claim_together(session, [job_id], worker=worker)
    return claimed[0] if claimed else None


def claim_together(session: Session, job_ids: Sequence[UUID], *, worker: str) -> list[Job]:
    """Take those of several jobs that are free, as `claim` does, in the order of the ids."""
    free = (
        select(jobs.c.job_id)
        .where(jobs.c.job_id.in_(job_ids), is_free())
        .order_by(jobs.c.job_id)  # one order for all, so that nobody waits for each other
        # A fast worker may be here before the sender has committed: were its rows skipped, the
        # message would be spent and the job lie idle until it is sent again.
        .with_for_update()
    )
    statement = (
        update(jobs)
        .where(jobs.c.job_id.in_(free))
        .values(
            state="running",
            attempts=jobs.c.attempts + 1,
            worker=worker,
            lease_token=func.gen_random_uuid(),
            lease_until=_NOW + LEASE,
            progress=None,
        )
        .returning(jobs)
    )
    claimed = {row.job_id: _to_job(row) for row in session.execute(statement)}
    return [claimed[job_id] for job_id in dict.fromkeys(job_ids) if job_id in claimed]


def renew(session: Session, held: Iterable[Job]) -> set[UUID]:
    """Renew the leases of jobs at work; return those that are still held.

    A job that is missing has ended, or another worker has claimed it since.
    """
    tokens = [job.lease_token for job in held]
    statement = (
        update(jobs)
        .where(jobs.c.state == "running", jobs.c.lease_token.in_(tokens))
        .values(lease_until=_NOW + LEASE)
        .returning(jobs.c.job_id)
    )
    return set(session.execute(statement).scalars())


def report(session: Session, job: Job, progress: str) -> None:
    """Note how far a job is.

    Raises
    ------
    LeaseLost
        Another worker has claimed the job since.
    """
    _update_held(session, job, progress=progress, lease_until=_NOW + LEASE)


def finish(session: Session, job: Job) -> None:
    """Mark a job done, in the transaction of its effect; raises `LeaseLost` like `report`."""
    _update_held(session, job, state="done", finished_at=_NOW, progress=None, last_error=None)


def fail(session: Session, job: Job, error: Exception) -> bool:
    """Give a failed job back for another attempt, or bury it after the last one.

    An error that is lasting makes this attempt the last; one that says how long to wait
    (`ClimateError.retry_after`) does not count as an attempt.

    Returns
    -------
    bool
        Whether there will be another attempt.
    """
    policy, text = JOBS[job.kind], f"{type(error).__name__}: {error}"
    if isinstance(error, ClimateError) and error.retry_after is not None:
        _give_back(session, job, error.retry_after, text, is_counted=False)
        return True
    is_lasting = isinstance(error, ClimateError) and error.is_lasting
    if is_lasting or job.attempt >= policy.max_attempts:
        _update_held(session, job, state="dead", last_error=text, finished_at=_NOW)
        return False
    _give_back(session, job, policy.pause_after(job.attempt), text)
    return True


def give_back(session: Session, job: Job) -> None:
    """Return an interrupted job at once, uncounted: the worker was told to stop."""
    reason = "interrupted: the worker was stopped"
    _give_back(session, job, timedelta(0), reason, is_counted=False)


def retry_dead(session: Session, job_id: UUID) -> bool:
    """Send a dead letter again with a fresh set of attempts; say whether it was one."""
    statement = (
        update(jobs)
        .where(jobs.c.job_id == job_id, jobs.c.state == "dead")
        .values(state="queued", attempts=0, not_before=_NOW, sent_at=None, finished_at=None)
        .returning(jobs.c.job_id)
    )
    return session.execute(statement).one_or_none() is not None


def cancel_jobs(session: Session, site_id: str) -> int:
    """Call off all unfinished work of a site; return how much. A worker at it writes nothing."""
    statement = (
        update(jobs)
        .where(jobs.c.site_id == site_id, jobs.c.state.in_(UNFINISHED))
        .values(
            state="cancelled",
            lease_token=None,
            lease_until=None,
            progress=None,
            finished_at=_NOW,
            last_error=_SITE_AWAY,
        )
        .returning(jobs.c.job_id)
    )
    return len(session.execute(statement).all())


def supersede_jobs(session: Session, *, kind: JobKind, site_id: str, before: date) -> None:
    """Call off what still waits for earlier dates: the work for a later one includes it."""
    session.execute(
        update(jobs)
        .where(
            jobs.c.kind == kind,
            jobs.c.site_id == site_id,
            jobs.c.state == "queued",
            jobs.c.logical_date < before,
        )
        .values(
            state="cancelled", finished_at=_NOW, last_error=f"the one of {before} takes its place"
        )
    )


def take_up_cancelled(session: Session, site_id: str) -> int:
    """Queue again, as new, what `cancel_jobs` called off; return how much."""
    is_of_the_site = and_(jobs.c.state == "cancelled", jobs.c.last_error == _SITE_AWAY)
    statement = (
        update(jobs)
        .where(jobs.c.site_id == site_id, is_of_the_site)
        .values(
            state="queued",
            attempts=0,
            not_before=_NOW,
            sent_at=None,
            finished_at=None,
            last_error=None,
        )
        .returning(jobs.c.job_id)
    )
    return len(session.execute(statement).all())


def get_job(session: Session, job_id: UUID) -> Job:
    """Return a job as it was planned, to name it as the parent of another."""
    return _to_job(session.execute(select(jobs).where(jobs.c.job_id == job_id)).one())


def unfinished_jobs() -> Select[Any]:
    """Return the query of all jobs waiting or at work, oldest first."""
    return select(jobs).where(jobs.c.state.in_(UNFINISHED)).order_by(jobs.c.created_at)


def dead_letters() -> Select[Any]:
    """Return the query of all jobs that failed for good, newest first."""
    return select(jobs).where(jobs.c.state == "dead").order_by(jobs.c.finished_at.desc())


def is_free() -> ColumnElement[bool]:
    """Return the condition that a job may be claimed: due, or left behind by a dead worker."""
    waiting = and_(jobs.c.state == "queued", jobs.c.not_before <= _NOW)
    orphaned = and_(jobs.c.state == "running", jobs.c.lease_until < _NOW)
    return or_(waiting, orphaned)


def _give_back(
    session: Session, job: Job, pause: timedelta, error: str, *, is_counted: bool = True
) -> None:
    _update_held(
        session,
        job,
        state="queued",
        attempts=jobs.c.attempts if is_counted else jobs.c.attempts - 1,
        not_before=_NOW + pause,
        sent_at=None,
        lease_until=None,
        lease_token=None,
        last_error=error,
    )


def _update_held(session: Session, job: Job, **values: Any) -> None:  # noqa: ANN401 - columns
    statement = (
        update(jobs)
        .where(
            jobs.c.job_id == job.job_id,
            jobs.c.state == "running",
            jobs.c.lease_token == job.lease_token,
        )
        .values(**values)
        .returning(jobs.c.job_id)
    )
    if session.execute(statement).one_or_none() is None:
        message = f"The lease on job {job.job_id} is lost; nothing was written."
        raise LeaseLost(message)


def _to_job(row: Row[Any]) -> Job:
    return Job(
        job_id=row.job_id,
        kind=JobKind(row.kind),
        site_id=row.site_id,
        logical_date=row.logical_date,
        run=row.run,
        part=row.part,
        parent_id=row.parent_id,
        correlation_id=row.correlation_id,
        parameters=row.parameters,
        attempt=row.attempts,
        lease_token=row.lease_token,
    )

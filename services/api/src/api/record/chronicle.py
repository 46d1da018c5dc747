"""What came of it, read from PostgreSQL: only while the database is known to answer."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.answers.chronicle import Backlog, Earlier, LastRun, Task, Work
from api.answers.problems import RecordUnavailable
from api.serving.state import Link
from shared.adapters.database import SessionFactory
from shared.adapters.tables import jobs
from shared.adapters.verification import (
    IssuedForecast,
    forecast_before,
    load_verified,
)
from shared.contracts.jobs import JOBS, JobKind
from shared.contracts.queues import WORKERS
from shared.forecasting.variables import FORECAST_VARIABLES, LEAD_DAYS, Variable
from shared.forecasting.verification import Verified

_TASKS_SHOWN = 30

T = TypeVar("T")


class PostgresChronicle:
    """Reads each answer in a transaction of its own.

    Parameters
    ----------
    sessions : SessionFactory
    database : Link
        What is known of the database: while it is away, nobody waits for it.
    """

    def __init__(self, sessions: SessionFactory, database: Link) -> None:
        self._sessions = sessions
        self._database = database

    def earlier(self, site_id: str, before: date) -> Mapping[Variable, Earlier]:
        """Return the newest forecast of each variable from a reference date before another."""

        def read(session: Session) -> dict[Variable, Earlier]:
            issued = (
                forecast_before(session, site_id, variable, before)
                for variable in FORECAST_VARIABLES
            )
            return {found.variable: _earlier(found) for found in issued if found is not None}

        return self._read(read)

    def verified(self, site_id: str, variable: Variable, since: date) -> Verified:
        """Return what was forecast for the days since one, and what came."""
        return self._read(lambda session: load_verified(session, site_id, variable, since=since))

    def work(self, site_id: str) -> Work:
        """Return what is being done, was done, and could not be done."""
        return self._read(lambda session: _work(session, site_id))

    def _read(self, read: Callable[[Session], T]) -> T:
        if self._database.error is not None:
            raise RecordUnavailable
        try:
            with self._sessions() as session:
                return read(session)
        except SQLAlchemyError as error:
            raise RecordUnavailable from error


def _earlier(issued: IssuedForecast) -> Earlier:
    days = [issued.reference_date + timedelta(days=lead) for lead in LEAD_DAYS]
    return Earlier(issued.reference_date, list(zip(days, issued.value, strict=True)))


def _work(session: Session, site_id: str) -> Work:
    trained_on = select(func.max(jobs.c.logical_date)).where(
        jobs.c.site_id == site_id, jobs.c.kind == JobKind.TRAIN
    )
    return Work(
        backlogs=_backlogs(session),
        running=_tasks(session, "running"),
        dead=_tasks(session, "dead"),
        last_runs=_last_runs(session),
        trained_on=session.execute(trained_on).scalar_one(),
    )


def _backlogs(session: Session) -> list[Backlog]:
    """Return the work that is not done, queue by queue."""
    service = case(*((jobs.c.kind == kind, policy.service.value) for kind, policy in JOBS.items()))
    counts = {
        state: func.count().filter(jobs.c.state == state) for state in ("queued", "running", "dead")
    }
    oldest = func.min(jobs.c.created_at).filter(jobs.c.state == "queued")
    statement = (
        select(
            service.label("service"),
            *(n.label(s) for s, n in counts.items()),
            oldest.label("oldest_at"),
        )
        .where(jobs.c.state.in_(tuple(counts)))
        .group_by(service)
    )
    found = {row["service"]: Backlog(**row) for row in session.execute(statement).mappings()}
    return [found.get(one.value, Backlog(one)) for one in WORKERS]


def _tasks(session: Session, state: str) -> list[Task]:
    is_dead = state == "dead"
    statement = (
        select(jobs)
        .where(jobs.c.state == state)
        .order_by(jobs.c.created_at.desc())
        .limit(_TASKS_SHOWN)
    )
    return [
        Task(
            kind=JobKind(row.kind),
            site=row.site_id,
            part=row.part,
            state=state,
            worker=None if is_dead else row.worker,
            text=row.last_error if is_dead else row.progress,
            attempts=row.attempts,
            since=(row.finished_at or row.created_at)
            if is_dead
            else (row.sent_at or row.created_at),
        )
        for row in session.execute(statement)
    ]


def _last_runs(session: Session) -> list[LastRun]:
    """Return when each kind of work was last done."""
    found = {row.kind: row for row in session.execute(_newest_done())}
    return [
        LastRun(
            kind,
            found[kind].site_id,
            found[kind].finished_at,
            found[kind].finished_at - (found[kind].sent_at or found[kind].created_at),
        )
        for kind in JobKind
        if kind in found
    ]


def _newest_done() -> Select[Any]:
    newest = (
        select(jobs.c.kind, func.max(jobs.c.finished_at).label("finished_at"))
        .where(jobs.c.state == "done")
        .group_by(jobs.c.kind)
        .subquery()
    )
    same = and_(jobs.c.kind == newest.c.kind, jobs.c.finished_at == newest.c.finished_at)
    return select(jobs).join(newest, same).where(jobs.c.state == "done")

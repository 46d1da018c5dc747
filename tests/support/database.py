"""What tests on a real database need again and again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from shared.adapters.database import SessionFactory, make_engine, make_session_factory
from shared.adapters.ledger import plan_job
from shared.adapters.observations import store_observations
from shared.adapters.sites import add_site
from shared.adapters.tables import jobs
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance
from shared.contracts.sites import DEFAULT_SITE
from shared.forecasting.history import DailyHistory

SITE_ID = DEFAULT_SITE.site_id
LOGICAL_DATE = date(2026, 11, 22)


@contextmanager
def sessions_on(database_url: str) -> Iterator[SessionFactory]:
    """Open a migrated database that has the default site; close every connection afterwards."""
    engine = make_engine(database_url)
    sessions = make_session_factory(engine)
    with sessions.begin() as session:
        add_site(session, DEFAULT_SITE)
    try:
        yield sessions
    finally:
        engine.dispose()


def store_history(session: Session, history: DailyHistory) -> None:
    """Store a history as simulated observations of the default site."""
    days = {
        day: {variable: float(column[place]) for variable, column in history.values.items()}
        for place, day in enumerate(history.dates.tolist())
    }
    store_observations(
        session, SITE_ID, days, provenance=Provenance.SIMULATED, final_until=history.last_date
    )


def planned(sessions: SessionFactory, kind: JobKind = JobKind.COLLECT) -> UUID:
    """Plan a job of the default site and return its id."""
    with sessions.begin() as session:
        job_id = plan_job(session, kind=kind, site_id=SITE_ID, logical_date=LOGICAL_DATE)
    assert job_id is not None
    return job_id


def job_row(sessions: SessionFactory, job_id: UUID) -> Row[Any]:
    """Return a job as the ledger has it."""
    with sessions.begin() as session:
        return session.execute(select(jobs).where(jobs.c.job_id == job_id)).one()


def set_job(session: Session, job_id: UUID, **values: Any) -> None:  # noqa: ANN401 - columns
    """Put a job into a state that would take time to reach."""
    session.execute(update(jobs).where(jobs.c.job_id == job_id).values(**values))

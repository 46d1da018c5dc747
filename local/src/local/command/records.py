"""What the commands read from the database, as plain rows: the same for tables and for JSON."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from local.home import Home
from local.stack.running import Stack
from shared.adapters.database import make_engine
from shared.adapters.ledger import dead_letters, unfinished_jobs
from shared.adapters.tables import candidates, decisions, jobs, observations, promotions, sites
from shared.contracts.sites import SiteState
from shared.errors import ClimateError

Record = dict[str, Any]

_JOB_COLUMNS = (
    "job_id", "kind", "site_id", "logical_date", "run", "state", "attempts", "progress",
    "last_error", "created_at", "finished_at",
)  # fmt: skip


class JobUnknown(ClimateError):
    """No job, or more than one, answers to what was given."""


#: Address of the database to read in place of the running stack's: that of a replay.
RECORD_URL = "CLIMATE_RECORD_URL"


@contextmanager
def record_at(home: Path | None) -> Iterator[Session]:
    """Open one transaction on the database of the stack in a home, or of a replay."""
    url = os.environ.get(RECORD_URL) or Stack.running_at(Home.at(home)).database_url
    with _session(url) as session:
        yield session


@contextmanager
def session_of(stack: Stack) -> Iterator[Session]:
    """Open one transaction on the database of a stack."""
    with _session(stack.database_url) as session:
        yield session


@contextmanager
def _session(url: str) -> Iterator[Session]:
    engine = make_engine(url, pool_size=1)
    try:
        with Session(engine) as session, session.begin():
            yield session
    finally:
        engine.dispose()


def unfinished_and_dead_jobs(session: Session) -> list[Record]:
    """Return the jobs waiting or at work, then those that failed for good."""
    rows = [*session.execute(unfinished_jobs()), *session.execute(dead_letters())]
    return [{name: getattr(row, name) for name in _JOB_COLUMNS} for row in rows]


def find_job(session: Session, beginning: str) -> UUID:
    """Return the dead letter whose id begins so; raises `JobUnknown`."""
    found = [row.job_id for row in session.execute(dead_letters())]
    matching: list[UUID] = [job_id for job_id in found if str(job_id).startswith(beginning)]
    if len(matching) != 1:
        which = "No" if not matching else "More than one"
        raise JobUnknown(f"{which} given-up job has an id like {beginning!r}: see `climate jobs`.")
    return matching[0]


def decided(
    session: Session, *, site_id: str | None = None, training: UUID | None = None, limit: int = 50
) -> list[Record]:
    """Return the gate's decisions, newest first."""
    query = (
        select(
            decisions.c.decided_at,
            decisions.c.site_id,
            decisions.c.variable,
            candidates.c.family,
            decisions.c.outcome,
            decisions.c.reason,
            decisions.c.decision_id,
            decisions.c.candidate_id,
        )
        .join(candidates, candidates.c.candidate_id == decisions.c.candidate_id)
        .order_by(decisions.c.decided_at.desc(), decisions.c.variable)
        .limit(limit)
    )
    if site_id is not None:
        query = query.where(decisions.c.site_id == site_id)
    if training is not None:
        query = query.where(candidates.c.training_id == training)
    return _records(session, query)


def champions(session: Session) -> list[Record]:
    """Return what serves each site and variable at present."""
    query = (
        select(
            promotions.c.site_id,
            promotions.c.variable,
            candidates.c.family,
            candidates.c.mlflow_version.label("version"),
            promotions.c.epoch,
            promotions.c.promoted_at,
        )
        .join(candidates, candidates.c.candidate_id == promotions.c.candidate_id)
        .ext(distinct_on(promotions.c.site_id, promotions.c.variable))
        .order_by(promotions.c.site_id, promotions.c.variable, promotions.c.epoch.desc())
    )
    return _records(session, query)


def known_sites(session: Session) -> list[Record]:
    """Return every site with its ring and the extent of its own observations."""
    is_listed = and_(sites.c.centre_id.is_(None), sites.c.state != SiteState.REMOVED)
    days = (
        select(
            observations.c.site_id,
            func.count(observations.c.valid_date.distinct()).label("days"),
            func.min(observations.c.valid_date).label("first_date"),
            func.max(observations.c.valid_date).label("last_date"),
        )
        .where(observations.c.site_id.in_(select(sites.c.site_id).where(is_listed)))
        .group_by(observations.c.site_id)
        .subquery()
    )
    ring = sites.alias("ring")
    ring_points = (
        select(func.count())
        .where(ring.c.centre_id == sites.c.site_id, ring.c.state != SiteState.REMOVED)
        .scalar_subquery()
    )
    query = (
        select(
            sites.c.site_id,
            sites.c.name,
            sites.c.latitude,
            sites.c.longitude,
            sites.c.elevation,
            sites.c.timezone,
            sites.c.provenance,
            sites.c.state,
            ring_points.label("ring_points"),
            func.coalesce(days.c.days, 0).label("days"),
            days.c.first_date,
            days.c.last_date,
        )
        .outerjoin(days, days.c.site_id == sites.c.site_id)
        .where(is_listed)
        .order_by(sites.c.site_id)
    )
    return _records(session, query)


def cycle_jobs(session: Session, training: UUID) -> list[Record]:
    """Return the jobs of one training cycle: the training itself and all that follows from it."""
    correlation = select(jobs.c.correlation_id).where(jobs.c.job_id == training).scalar_subquery()
    query = select(*(jobs.c[name] for name in _JOB_COLUMNS)).where(
        jobs.c.correlation_id == correlation
    )
    return _records(session, query.order_by(jobs.c.created_at))


def has_candidates(session: Session, training: UUID) -> bool:
    """Say whether a training has registered a winner for any variable."""
    query = select(candidates.c.candidate_id).where(candidates.c.training_id == training)
    return session.execute(query.limit(1)).one_or_none() is not None


def _records(session: Session, query: Select[Any]) -> list[Record]:
    return [dict(row._mapping) for row in session.execute(query)]  # noqa: SLF001 - its public name

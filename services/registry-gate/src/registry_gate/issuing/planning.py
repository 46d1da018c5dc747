"""What is due: forecasts wherever a day was observed, or a champion named, since the last ones."""

import functools
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from shared.adapters.database import database_now
from shared.adapters.ledger import plan_job
from shared.adapters.tables import guidance, jobs, observations, promotions, sites
from shared.contracts.jobs import JobKind
from shared.contracts.sites import SiteState
from shared.forecasting.variables import HORIZON_DAYS

#: How long forecasts wait for the ring and the guidance of their day; then they do without.
PATIENCE = timedelta(minutes=20)
# Guidance that came on one of the last days is expected on the next.
_EXPECTED_DAYS = 3


def plan_due_issues(session: Session, *, now: datetime | None = None) -> None:
    """Plan forecasts of every active site from its newest observed day.

    They wait a little until what they may know besides has come too. A new champion issues its own
    beside those there are: a job is known by the newest epoch of its site.
    """
    now = now or database_now(session)
    oldest = now.date() - timedelta(days=HORIZON_DAYS)
    for row in session.execute(_due(), {"before": now - PATIENCE, "oldest": oldest}):
        plan_job(
            session,
            kind=JobKind.ISSUE,
            site_id=row.site_id,
            logical_date=row.valid_date,
            part=row.part,
        )


@functools.cache
def _due() -> Select[Any]:
    """Return the query, made once: making it takes longer than answering it."""
    newest = _newest_days()
    epoch = (
        select(func.coalesce(func.max(promotions.c.epoch), 0))
        .where(promotions.c.site_id == sites.c.site_id)
        .scalar_subquery()
    )
    part = func.concat("epoch ", epoch)
    planned = exists().where(
        jobs.c.kind == JobKind.ISSUE,
        jobs.c.site_id == sites.c.site_id,
        jobs.c.logical_date == newest.c.valid_date,
        jobs.c.part == part,
    )
    return (
        select(sites.c.site_id, newest.c.valid_date, part.label("part"))
        .join(newest, true())
        .where(
            sites.c.centre_id.is_(None),
            sites.c.state == SiteState.ACTIVE,
            or_(
                newest.c.known_at < bindparam("before", type_=DateTime(timezone=True)),
                and_(_ring_is_there(newest), _guidance_is_there(newest)),
            ),
            ~planned,
        )
        .order_by(sites.c.site_id)
    )


def _newest_days() -> Any:  # noqa: ANN401 - a lateral subquery
    """Return the newest observed day of each site, if any of its forecasts is still to come."""
    return (
        select(observations.c.valid_date, observations.c.known_at)
        .where(
            observations.c.site_id == sites.c.site_id,
            observations.c.valid_date >= bindparam("oldest", type_=Date),
        )
        .order_by(observations.c.valid_date.desc(), observations.c.known_at)
        .limit(1)
        .correlate(sites)
        .lateral("newest")
    )


def _ring_is_there(newest: Any) -> ColumnElement[bool]:  # noqa: ANN401 - as above
    ring, seen = sites.alias("ring"), observations.alias("seen")
    observed = exists().where(
        seen.c.site_id == ring.c.site_id, seen.c.valid_date == newest.c.valid_date
    )
    return ~exists().where(
        ring.c.centre_id == sites.c.site_id, ring.c.state == SiteState.ACTIVE, ~observed
    )


def _guidance_is_there(newest: Any) -> ColumnElement[bool]:  # noqa: ANN401 - as above
    def given(first: ColumnElement[Any], last: ColumnElement[Any]) -> ColumnElement[bool]:
        return exists().where(
            guidance.c.site_id == sites.c.site_id,
            guidance.c.reference_date.between(first, last),
        )

    day = newest.c.valid_date
    return or_(given(day, day), ~given(day - _EXPECTED_DAYS, day - 1))

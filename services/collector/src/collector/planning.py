"""Plans what is due: one collection a site and complete day, whatever was missed before.

Everything else follows from a collection: it plans the backfill of what is missing and the
guidance. So after a year of absence one job a site is due, and the rest comes by itself.

A thousand sites are spread over the time after 06:00, so that they are asked for in calls of
bounded weight; a few sites are all due at once. No site's row, however wrong, touches another's.
"""

import functools
import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from collector.ring import RingShape
from collector.sites import ensure_ring
from shared.adapters.ledger import plan_job, supersede_jobs
from shared.adapters.tables import jobs, sites
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance, Source
from shared.contracts.schedule import complete_date
from shared.contracts.sites import SiteState

#: Sites whose turn comes at the same time; a slot later it is that of the next.
SITES_IN_A_SLOT = 50
SLOT = timedelta(minutes=2)
#: Within so long after the hour of collection every site has had its turn.
SPREAD = timedelta(hours=1)

_LONGEST_LAG = timedelta(days=3)  # no complete day lies further back, wherever the site is

log = structlog.get_logger()


def plan_due_collections(
    session: Session,
    *,
    now: datetime,
    source: Source,
    ring: RingShape | None = None,
    spread: timedelta = SPREAD,
) -> None:
    """Write down the collections that are due and not yet planned.

    A site that is imported, paused or removed is not collected; with source `none` no site is.

    Parameters
    ----------
    ring : RingShape, optional
        What the ring of each site is made before its collection is planned; by default it stays as
        it is.
    spread : timedelta
        Time after the hour of collection in which every site has its turn.
    """
    if source is Source.NONE:
        return
    planned = _planned_dates(session, since=now.date() - _LONGEST_LAG)
    found = _sites_to_collect(session)
    slots = slots_for(len(found), spread)
    for row in found:
        day = _due_date(row, now, slots)
        if (row.site_id, day) not in planned:
            if ring is not None:
                ensure_ring(session, row.site_id, ring)
            supersede_jobs(session, kind=JobKind.COLLECT, site_id=row.site_id, before=day)
            plan_job(session, kind=JobKind.COLLECT, site_id=row.site_id, logical_date=day)


def slots_for(n_sites: int, spread: timedelta) -> int:
    """Return over how many slots so many sites are spread: as few as will do.

    Examples
    --------
    >>> slots_for(3, timedelta(hours=1)), slots_for(1000, timedelta(hours=1))
    (1, 20)
    """
    return max(1, min(-(-n_sites // SITES_IN_A_SLOT), spread // SLOT))


def delay_of(site_id: str, slots: int) -> timedelta:
    """Return how long after the hour of collection a site's turn comes: the same every day."""
    digest = hashlib.sha256(site_id.encode()).digest()
    return int.from_bytes(digest[:8]) % slots * SLOT


def _due_date(row: Row[Any, Any, Any], now: datetime, slots: int) -> date:
    """Return the newest day to collect of a site; a new one does not wait for its turn."""
    delay = timedelta(0) if row.provenance is None else delay_of(row.site_id, slots)
    return complete_date(now - delay, _sound_timezone(row.timezone))


@functools.cache
def _sound_timezone(timezone: str) -> str:
    """Return a time zone if it is one, else UTC: the site is collected, at another hour."""
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        log.warning("no such time zone, UTC instead", timezone=timezone, error=str(error))
        return "UTC"
    return timezone


def _sites_to_collect(session: Session) -> Sequence[Row[Any, Any, Any]]:
    """Return the rows as they are: a wrong one must not keep the others from being read."""
    return session.execute(
        select(sites.c.site_id, sites.c.timezone, sites.c.provenance)
        .where(
            sites.c.centre_id.is_(None),
            sites.c.state == SiteState.ACTIVE,
            sites.c.provenance.is_distinct_from(Provenance.IMPORTED),
        )
        .order_by(sites.c.site_id)
    ).all()


def _planned_dates(session: Session, *, since: date) -> set[tuple[str, date]]:
    """Return what is planned already, in one query: ticks are many and sites may be."""
    rows = session.execute(
        select(jobs.c.site_id, jobs.c.logical_date).where(
            jobs.c.kind == JobKind.COLLECT, jobs.c.run == 0, jobs.c.logical_date >= since
        )
    )
    return {(row.site_id, row.logical_date) for row in rows}

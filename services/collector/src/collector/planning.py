"""Plans what is due: one collection a site and complete day, whatever was missed before.

A collection heals every gap behind it, so after days of absence one job is enough, and planning
asks only for the newest complete day.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from shared.adapters.ledger import plan_job
from shared.adapters.sites import list_sites
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance, Source
from shared.contracts.schedule import COLLECT_HOUR

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time of the wall clock."""
    return datetime.now(UTC)


def complete_date(now: datetime, timezone: str) -> date:
    """Return the newest UTC day taken to be complete at the source.

    That is yesterday from 06:00 site-local on, and not before the day has ended in UTC: east of
    Greenwich that may be later than 06:00.

    Examples
    --------
    >>> complete_date(datetime(2026, 11, 23, 6, 0, tzinfo=UTC), "Africa/Casablanca")
    datetime.date(2026, 11, 22)
    >>> complete_date(datetime(2026, 11, 23, 5, 59, tzinfo=UTC), "Africa/Casablanca")
    datetime.date(2026, 11, 21)
    """
    local = now.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
    begun = (local - timedelta(hours=COLLECT_HOUR)).date()
    return min(begun, now.astimezone(UTC).date()) - timedelta(days=1)


def plan_due_collections(session: Session, *, now: datetime, source: Source) -> None:
    """Write down the collections that are due and not yet planned.

    A site that is imported is never collected; with source `none` no site is.
    """
    if source is Source.NONE:
        return
    for site in list_sites(session):
        if site.provenance is not Provenance.IMPORTED:
            plan_job(
                session,
                kind=JobKind.COLLECT,
                site_id=site.site_id,
                logical_date=complete_date(now, site.timezone),
            )

"""Plans what is due: one collection a site and complete day, whatever was missed before.

A collection fetches everything since the newest known day, so after days of absence one job is
enough, and planning asks only for the newest complete day.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.adapters.ledger import plan_job
from shared.adapters.sites import list_sites
from shared.adapters.tables import jobs
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance, Source
from shared.contracts.schedule import complete_date

_LONGEST_LAG = timedelta(days=3)  # no complete day lies further back, wherever the site is


def plan_due_collections(session: Session, *, now: datetime, source: Source) -> None:
    """Write down the collections that are due and not yet planned.

    A site that is imported is never collected; with source `none` no site is.
    """
    if source is Source.NONE:
        return
    planned = _planned_dates(session, since=now.date() - _LONGEST_LAG)
    for site in list_sites(session):
        day = complete_date(now, site.timezone)
        if site.provenance is not Provenance.IMPORTED and (site.site_id, day) not in planned:
            plan_job(session, kind=JobKind.COLLECT, site_id=site.site_id, logical_date=day)


def _planned_dates(session: Session, *, since: date) -> set[tuple[str, date]]:
    """Return what is planned already, in one query: ticks are many and sites may be."""
    rows = session.execute(
        select(jobs.c.site_id, jobs.c.logical_date).where(
            jobs.c.kind == JobKind.COLLECT, jobs.c.run == 0, jobs.c.logical_date >= since
        )
    )
    return {(row.site_id, row.logical_date) for row in rows}

"""The same work for both: so many sites, ten years of days each, in an empty table."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.adapters.database import SessionFactory
from shared.adapters.ledger import plan_job
from shared.adapters.sites import add_site
from shared.adapters.tables import jobs
from shared.contracts.jobs import JobKind
from shared.contracts.sites import Site

N_DAYS = 3653
#: The site that is collected before the clock starts: a worker lives for weeks.
WARM_UP = "warm-up"


@dataclass(frozen=True)
class Span:
    """The days of every site, both included; the last is yesterday, which is over everywhere."""

    first: date
    last: date

    @classmethod
    def ending_yesterday(cls) -> "Span":
        """Return ten years of days."""
        last = datetime.now(UTC).date() - timedelta(days=1)
        return cls(last - timedelta(days=N_DAYS - 1), last)


def prepare(sessions: SessionFactory, n_sites: int, span: Span) -> list[UUID]:
    """Add sites without history to an empty database, and plan the collection of each.

    The first job is that of one site more, the one a worker warms up with.
    """
    with sessions.begin() as session:
        for site in (_site(n_sites, WARM_UP), *map(_site, range(n_sites))):
            add_site(session, site)
            plan_job(session, kind=JobKind.COLLECT, site_id=site.site_id, logical_date=span.last)
        return _planned(session)


def _planned(session: Session) -> list[UUID]:
    mine = (
        select(jobs.c.job_id)
        .where(jobs.c.kind == JobKind.COLLECT)
        .order_by(jobs.c.site_id != WARM_UP, jobs.c.site_id)
    )
    return list(session.execute(mine).scalars())


def _site(number: int, site_id: str = "") -> Site:
    """Return a site: on a grid over the earth, far from the recordings at 170 degrees east."""
    return Site(
        site_id=site_id or f"site-{number:04}",
        name=f"Site {number}",
        latitude=-60.0 + 3.0 * (number % 40),
        longitude=-160.0 + 10.0 * (number // 40),
        elevation=100.0,
        timezone="Etc/UTC",
    )

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
    """Add sites without history to an empty database, and plan the collection of each."""
    with sessions.begin() as session:
        for number in range(n_sites):
            add_site(session, _site(number))
            plan_job(
                session,
                kind=JobKind.COLLECT,
                site_id=_site(number).site_id,
                logical_date=span.last,
            )
        return _planned(session)


def _planned(session: Session) -> list[UUID]:
    mine = select(jobs.c.job_id).where(jobs.c.kind == JobKind.COLLECT).order_by(jobs.c.site_id)
    return list(session.execute(mine).scalars())


def _site(number: int) -> Site:
    """Return a site: on a grid over the earth, far from the recordings at 170 degrees east."""
    return Site(
        site_id=f"site-{number:04}",
        name=f"Site {number}",
        latitude=-60.0 + 3.0 * (number % 40),
        longitude=-160.0 + 10.0 * (number // 40),
        elevation=100.0,
        timezone="Etc/UTC",
    )

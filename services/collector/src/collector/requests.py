"""The use case of a human who does not want to wait: missing days are asked for at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from collector.errors import BackfillRefused
from collector.gaps import Span, missing_days
from shared.adapters.ledger import request_job
from shared.adapters.sites import get_site, list_ring
from shared.adapters.tables import empty_days
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance
from shared.contracts.schedule import complete_date
from shared.contracts.sites import Site, SiteState

# Days the source had nothing for rest before they are asked for again; they are missing all along.
_END_OF_EVERY_PAUSE = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Wanted:
    """Which days of a site and its ring a human wants, both included."""

    site_id: str
    first: date
    last: date

    @property
    def parameters(self) -> dict[str, str]:
        """The same as the parameters of a job, see `Backlog.of`."""
        return {"first": self.first.isoformat(), "last": self.last.isoformat()}


def request_backfill(session: Session, wanted: Wanted, *, now: datetime) -> UUID:
    """Ask for what is missing, also of days the source had nothing for; return the job's id.

    A backfill of the site that is at work is joined, whatever days it is of.

    Raises
    ------
    BackfillRefused
        Nothing is collected there, or the last day lies before the first.
    SiteUnknown
        There is no such site.
    """
    site = get_site(session, wanted.site_id)
    if wanted.last < wanted.first:
        raise BackfillRefused(
            f"{wanted.last} lies before {wanted.first}: there is no day to fetch."
        )
    _refuse_uncollected(site)
    session.execute(
        delete(empty_days).where(
            empty_days.c.site_id.in_(_places(session, site.site_id)),
            empty_days.c.valid_date.between(wanted.first, wanted.last),
        )
    )
    return request_job(
        session,
        kind=JobKind.BACKFILL,
        site_id=site.site_id,
        logical_date=complete_date(now, site.timezone),
        parameters=wanted.parameters,
    )


def count_missing(session: Session, wanted: Wanted) -> int:
    """Return how many days of how many places, together, lack a value, whatever the reason."""
    span = Span(
        _places(session, wanted.site_id),
        wanted.first,
        wanted.last,
        final_until=date.min,  # that values may still be revised is no lack
        now=_END_OF_EVERY_PAUSE,
    )
    return sum(map(len, missing_days(session, span).values()))


def _refuse_uncollected(site: Site) -> None:
    if site.state is not SiteState.ACTIVE:
        raise BackfillRefused(
            f"{site.site_id!r} is {site.state}, so nothing is collected; `climate sites resume "
            f"{site.site_id}` changes that."
        )
    if site.provenance is Provenance.IMPORTED:
        raise BackfillRefused(
            f"The observations of {site.site_id!r} are imported: give it the missing days by "
            f"`climate import FILE --site {site.site_id}`."
        )
    if site.provenance is None:
        raise BackfillRefused(
            f"{site.site_id!r} is new: its whole history is collected first, by itself."
        )


def _places(session: Session, site_id: str) -> Sequence[str]:
    ring = (ring_point.point for ring_point in list_ring(session, site_id))
    return [site_id, *(point.site_id for point in ring if point.state is SiteState.ACTIVE)]

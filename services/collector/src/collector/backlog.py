"""Which days of a site and its ring are wanted, and what is still missing of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from collector.errands import Errand
from collector.gaps import Chunk, Span, missing_days, next_chunk, note_answered
from collector.ports import Clock, PlaceAnswer, utc_now
from collector.rhythm import Rhythm
from collector.store import store_answers
from shared.adapters.ledger import Job
from shared.adapters.sites import list_ring
from shared.contracts.provenance import Provenance
from shared.contracts.sites import SiteState

_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Backlog:
    """What is wanted of every site.

    Attributes
    ----------
    start : date
        First day wanted.
    rhythms : mapping of Provenance to Rhythm
        How the sources settle.
    end : date or None
        Last day wanted; None: up to those that are asked for every day.
    """

    start: date
    rhythms: Mapping[Provenance, Rhythm] = field(repr=False)
    now: Clock = utc_now
    end: date | None = None

    def of(self, job: Job) -> "Backlog":
        """Return what a job wants: everything, or the days a human has asked for."""
        first, last = job.parameters.get("first"), job.parameters.get("last")
        return replace(
            self,
            start=date.fromisoformat(first) if first else self.start,
            end=date.fromisoformat(last) if last else self.end,
        )

    def span(self, site_ids: list[str], provenance: Provenance, *, newest: date) -> Span:
        """Return the days that should be there by now, but for those asked for every day.

        Parameters
        ----------
        newest : date
            The newest day that is asked for every day.
        """
        rhythm, now = self.rhythms[provenance], self.now()
        last = min(rhythm.first_asked(newest) - _A_DAY, self.end or date.max)
        return Span(site_ids, self.start, last, rhythm.final_until(now.date()), now)

    def next_chunk(
        self,
        session: Session,
        site_id: str,
        provenance: Provenance,
        *,
        newest: date,
        most_weight: float,
    ) -> Chunk | None:
        """Return what to ask for next of a site and its ring; None if nothing is missing."""
        missing = missing_days(session, self._span_around(session, site_id, provenance, newest))
        return next_chunk(missing, most_weight=most_weight)

    def is_there(
        self, session: Session, site_id: str, provenance: Provenance, *, newest: date
    ) -> bool:
        """Say whether anything is missing that may be asked for now."""
        return bool(missing_days(session, self._span_around(session, site_id, provenance, newest)))

    def _span_around(
        self, session: Session, site_id: str, provenance: Provenance, newest: date
    ) -> Span:
        points = [ring_point.point for ring_point in list_ring(session, site_id)]
        ring = [point.site_id for point in points if point.state is SiteState.ACTIVE]
        return self.span([site_id, *ring], provenance, newest=newest)


def store_asked(
    session: Session, errand: Errand, answers: Mapping[str, PlaceAnswer], backlog: Backlog
) -> dict[str, list[date]]:
    """Store the answers to an errand; return the changed days of each place.

    Days that are still missing are noted, so that they are asked for again later and later.
    """
    newest = errand.job.logical_date
    span = backlog.span([], errand.provenance, newest=newest)
    changed = store_answers(
        session, answers, provenance=errand.provenance, final_until=span.final_until
    )
    note_answered(session, span.within(list(answers), errand.first, errand.last))
    return changed

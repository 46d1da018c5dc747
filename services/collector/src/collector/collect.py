"""The use case of every day: the newest days of sites and their rings, into the database.

A site of which nothing is known comes first, alone and with its whole history, so that its first
training need not wait. Its ring follows: the newest days by a second collection, the rest by
backfill.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import structlog
from sqlalchemy.orm import Session

from collector.backlog import Backlog, store_asked
from collector.errands import DAYS_IN_A_CALL, Errand, run_errands
from collector.neighbourhood import Neighbourhood, load_neighbourhood
from collector.ports import DaysRequest, PlaceAnswer
from collector.sources import Sources
from collector.store import announce
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import Job, plan_job
from shared.adapters.runner import Effect, Result
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance

log = structlog.get_logger()

# A new site is given so much in one go, as far as that is not too heavy; the rest is backfilled.
_FIRST_REACH = timedelta(days=12 * 365)


# Ring and guidance of a new site come when its first training is under way: that one makes do with
# the site's own history, so that there are forecasts soon, and has the machine to itself.
_AFTER_THE_FIRST_TRAINING = timedelta(minutes=2)


@dataclass(frozen=True)
class Collector:
    """Collects sites from the sources there are.

    Attributes
    ----------
    sessions : SessionFactory
        Transactions on the system's database.
    sources : Sources
        Whom to ask.
    backlog : Backlog
        Which days are wanted at all.
    """

    sessions: SessionFactory
    sources: Sources
    backlog: Backlog

    def collect(self, jobs: Sequence[Job]) -> Iterator[Result]:
        """Fetch the newest days up to the jobs' logical dates.

        The errors of a job are those of its site: `SourceUnavailable`, `SourceRefused`,
        `ProvenanceConflict`, `ConfigurationError`.
        """
        yield from run_errands(
            jobs,
            most_weight=self.sources.most_weight,
            errand_of=self._errand,
            ask=self._ask,
            effect_of=self._effect,
        )

    def _errand(self, job: Job) -> Errand | None:
        found = load_neighbourhood(self.sessions, job.site_id)
        if not found.is_active:
            return None
        if found.known_until is not None and found.known_until > job.logical_date:
            return None  # a later collection was done first
        provenance = self.sources.provenance_of(found.site)
        first = self._first_day(found, provenance, job.logical_date)
        job.report(f"asking {provenance} for {first} to {job.logical_date}")
        places = found.places if found.known_until is not None else (found.site,)
        return Errand(job, provenance, places, first, job.logical_date)

    def _first_day(self, found: Neighbourhood, provenance: Provenance, newest: date) -> date:
        if found.known_until is None:
            not_too_heavy = timedelta(days=int(self.sources.most_weight * DAYS_IN_A_CALL))
            reach = min(_FIRST_REACH, not_too_heavy)
            return min(max(self.backlog.start, newest - reach), newest)
        return self.backlog.rhythms[provenance].first_asked(newest)

    def _ask(self, provenance: Provenance, request: DaysRequest) -> Mapping[str, PlaceAnswer]:
        return self.sources.known[provenance].fetch(request)

    def _effect(self, errand: Errand, answers: Mapping[str, PlaceAnswer]) -> Effect:
        for site_id, answer in answers.items():
            if answer.problem is not None:
                if site_id == errand.job.site_id:
                    raise answer.problem
                log.warning("a place of a ring is missing", place=site_id, why=str(answer.problem))
        return partial(self._store, errand=errand, answers=answers)

    def _store(
        self, session: Session, *, errand: Errand, answers: Mapping[str, PlaceAnswer]
    ) -> None:
        job = errand.job
        changed = store_asked(session, errand, answers, self.backlog)
        site_days = changed[job.site_id]
        announce(session, job.site_id, site_days, correlation_id=job.correlation_id)
        log.info("observations stored", days_changed=sum(map(len, changed.values())))
        is_first = self._is_first(errand)
        delay = _AFTER_THE_FIRST_TRAINING if is_first else timedelta(0)
        plan = partial(
            plan_job, session, site_id=job.site_id, logical_date=job.logical_date, delay=delay
        )
        if is_first and site_days:
            plan(kind=JobKind.COLLECT, run=job.run + 1)
        if self.backlog.is_there(session, job.site_id, errand.provenance, newest=job.logical_date):
            plan(kind=JobKind.BACKFILL)
        plan(kind=JobKind.GUIDANCE)

    def _is_first(self, errand: Errand) -> bool:
        """Say whether an errand brings a history, and not only the days asked for every day."""
        rhythm = self.backlog.rhythms[errand.provenance]
        return errand.first < rhythm.first_asked(errand.last)

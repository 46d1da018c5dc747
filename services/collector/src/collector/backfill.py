"""The use case of missing days: found by itself, fetched newest first, a stretch at a time.

As long as anything is missing, each stretch plans the next one. Everything here can wait: it leaves
the reserve of the source's budget to the collections of the day.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy.orm import Session

from collector.backlog import Backlog, store_asked
from collector.errands import Errand, run_errands
from collector.neighbourhood import load_neighbourhood
from collector.ports import DaysRequest, PlaceAnswer
from collector.sources import Sources
from collector.store import announce
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import Job, plan_job
from shared.adapters.runner import Effect, Result
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance

log = structlog.get_logger()


@dataclass(frozen=True)
class Backfiller:
    """Fetches what is missing; attributes as of `Collector`."""

    sessions: SessionFactory
    sources: Sources
    backlog: Backlog

    def backfill(self, jobs: Sequence[Job]) -> Iterator[Result]:
        """Fetch the newest stretch of missing days of each job's site and ring."""
        yield from run_errands(
            jobs,
            most_weight=self.sources.most_weight,
            errand_of=self._errand,
            ask=self._ask,
            effect_of=self._effect,
        )

    def _errand(self, job: Job) -> Errand | None:
        found = load_neighbourhood(self.sessions, job.site_id)
        if not found.is_active or found.known_until is None:
            return None
        provenance = self.sources.provenance_of(found.site)
        with self.sessions.begin() as session:
            chunk = self.backlog.of(job).next_chunk(
                session,
                job.site_id,
                provenance,
                newest=job.logical_date,
                most_weight=self.sources.most_weight,
            )
        if chunk is None:
            return None
        places = tuple(place for place in found.places if place.site_id in chunk.site_ids)
        job.report(f"{len(places)} places lack days: asking for {chunk.first} to {chunk.last}")
        return Errand(job, provenance, places, chunk.first, chunk.last, can_wait=True)

    def _ask(self, provenance: Provenance, request: DaysRequest) -> Mapping[str, PlaceAnswer]:
        return self.sources.known[provenance].fetch(request)

    def _effect(self, errand: Errand, answers: Mapping[str, PlaceAnswer]) -> Effect:
        problems = [answer.problem for answer in answers.values() if answer.problem is not None]
        if len(problems) == len(answers):
            raise problems[0]
        return partial(self._store, errand=errand, answers=answers)

    def _store(
        self, session: Session, *, errand: Errand, answers: Mapping[str, PlaceAnswer]
    ) -> None:
        job = errand.job
        backlog = self.backlog.of(job)
        changed = store_asked(session, errand, answers, backlog)
        site_days = changed.get(job.site_id, [])
        announce(session, job.site_id, site_days, correlation_id=job.correlation_id)
        log.info("missing days stored", days_changed=sum(map(len, changed.values())))
        if backlog.is_there(session, job.site_id, errand.provenance, newest=job.logical_date):
            plan_job(
                session,
                kind=JobKind.BACKFILL,
                site_id=job.site_id,
                logical_date=job.logical_date,
                run=job.run + 1,
                parent=job,
                parameters=job.parameters,
            )

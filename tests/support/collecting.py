"""Running the collector's jobs on a real database, without a worker."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import func, select, update

from collector.backfill import Backfiller
from collector.backlog import Backlog
from collector.collect import Collector
from collector.guidance import GuidanceCollector
from collector.planning import plan_due_collections
from collector.ports import ObservationSource
from collector.rhythm import rhythms_of
from collector.sources import Sources, chosen_so_far
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import is_free, plan_job
from shared.adapters.runner import JobRunner, Outcome, SharedWork
from shared.adapters.tables import jobs
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance, Source
from tests.support.database import SITE_ID

START = date(2026, 9, 1)
YESTERDAY = date(2026, 11, 22)
A_DAY = timedelta(days=1)
ARCHIVE_LAG = timedelta(days=7)


def noon_after(day: date) -> datetime:
    """Return a time at which a day has long been over."""
    return datetime.combine(day + A_DAY, time(12), UTC)


@dataclass
class House:
    """A collector whose clock stands where the test puts it."""

    sessions: SessionFactory
    sources: dict[Provenance, ObservationSource]
    choice: Source = Source.OPEN_METEO
    start: date = START
    now: datetime = field(default_factory=lambda: noon_after(YESTERDAY))
    most_weight: float = 270.0

    def run(self, day: date = YESTERDAY, *, site_id: str = SITE_ID) -> tuple[Outcome, UUID]:
        """Plan and run the collection of a day, on the day after."""
        self.now = noon_after(day)
        with self.sessions.begin() as session:
            job_id = plan_job(session, kind=JobKind.COLLECT, site_id=site_id, logical_date=day)
        assert job_id is not None
        return self.run_jobs(JobKind.COLLECT, [job_id])[job_id], job_id

    def run_jobs(self, kind: JobKind, job_ids: list[UUID]) -> dict[UUID, Outcome]:
        """Run jobs of a kind together."""
        runner = JobRunner(self.sessions, worker="test", after_commit=lambda: None)
        return runner.run_together(job_ids, self._work(kind))

    def run_due(self, *kinds: JobKind) -> None:
        """Run whatever is due of these kinds (by default all), and what follows from it."""
        while waiting := self.waiting(*kinds):
            for kind, job_ids in waiting.items():
                self.run_jobs(kind, job_ids)

    def tick(self) -> None:
        """Plan what is due now."""
        with self.sessions.begin() as session:
            plan_due_collections(session, now=self.now, source=self.choice)

    def waiting(self, *kinds: JobKind) -> dict[JobKind, list[UUID]]:
        """Return the jobs of these kinds that may be claimed, by kind; delays are over."""
        never_tried = (jobs.c.state == "queued") & jobs.c.last_error.is_(None)
        with self.sessions.begin() as session:
            now = func.clock_timestamp()
            session.execute(update(jobs).where(never_tried).values(not_before=now))
        wanted = kinds or (JobKind.COLLECT, JobKind.BACKFILL, JobKind.GUIDANCE)
        query = select(jobs.c.kind, jobs.c.job_id).where(is_free(), jobs.c.kind.in_(wanted))
        found: dict[JobKind, list[UUID]] = {}
        with self.sessions.begin() as session:
            for row in session.execute(query.order_by(jobs.c.created_at)):
                found.setdefault(JobKind(row.kind), []).append(row.job_id)
        return found

    def _work(self, kind: JobKind) -> SharedWork:
        so_far = partial(chosen_so_far, self.sessions)
        sources = Sources(self.sources, self.choice, self.most_weight, so_far)
        backlog = Backlog(self.start, rhythms_of(ARCHIVE_LAG), now=lambda: self.now)
        return {
            JobKind.COLLECT: Collector(self.sessions, sources, backlog).collect,
            JobKind.BACKFILL: Backfiller(self.sessions, sources, backlog).backfill,
            JobKind.GUIDANCE: GuidanceCollector(self.sessions, sources).collect,
        }[kind]

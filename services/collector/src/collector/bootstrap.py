"""The collector's composition root: settings in, use cases out."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from celery import Celery

from collector.backfill import Backfiller
from collector.backlog import Backlog
from collector.collect import Collector
from collector.guidance import GuidanceCollector
from collector.open_meteo.assembly import heaviest_call, limits_of, make_open_meteo, make_simulated
from collector.payloads.store import expire_payloads
from collector.planning import plan_due_collections
from collector.ports import Clock, ObservationSource, utc_now
from collector.rhythm import rhythms_of
from collector.ring import RingShape
from collector.settings import CollectorSettings
from collector.sources import Sources, chosen_so_far
from shared.adapters.database import SessionFactory
from shared.adapters.worker import Worker, make_worker
from shared.contracts.provenance import Provenance
from shared.contracts.queues import Service
from shared.settings import load


@dataclass(frozen=True)
class CollectorService:
    """The assembled service.

    Attributes
    ----------
    payloads_kept : timedelta
        How long answers of the sources are kept as they came.
    ring : RingShape
        The points collected around each site.
    """

    worker: Worker
    sources: Sources
    collector: Collector
    backfiller: Backfiller
    guidance: GuidanceCollector
    payloads_kept: timedelta
    ring: RingShape
    now: Clock = utc_now

    def tick(self) -> None:
        """Plan and send what is due."""
        self.worker.tick(
            lambda session: plan_due_collections(
                session, now=self.now(), source=self.sources.choice, ring=self.ring
            )
        )

    def collect(self, job_ids: Sequence[str]) -> dict[str, int]:
        """Do collect jobs; also the time to let go of answers that are old."""
        with self.worker.sessions.begin() as session:
            expire_payloads(session, before=self.now() - self.payloads_kept)
        return self.worker.run_together(job_ids, self.collector.collect)

    def backfill(self, job_ids: Sequence[str]) -> dict[str, int]:
        """Do backfill jobs."""
        return self.worker.run_together(job_ids, self.backfiller.backfill)

    def collect_guidance(self, job_ids: Sequence[str]) -> dict[str, int]:
        """Do guidance jobs."""
        return self.worker.run_together(job_ids, self.guidance.collect)


@functools.cache
def bootstrap(app: Celery) -> CollectorService:
    """Assemble the service once a process."""
    settings = load(CollectorSettings)
    worker = make_worker(
        Service.COLLECTOR,
        app,
        database_url=settings.database_url.get_secret_value(),
        redis_url=settings.redis_url.get_secret_value(),
    )
    sources = Sources(
        make_sources(settings, worker.sessions),
        settings.source,
        most_weight=heaviest_call(limits_of(settings)),
        chosen_so_far=functools.partial(chosen_so_far, worker.sessions),
    )
    backlog = Backlog(settings.backfill_start, rhythms_of(settings.open_meteo_archive_lag))
    return CollectorService(
        worker,
        sources,
        Collector(worker.sessions, sources, backlog),
        Backfiller(worker.sessions, sources, backlog),
        GuidanceCollector(worker.sessions, sources),
        settings.payloads_kept,
        settings.ring,
    )


def make_sources(
    settings: CollectorSettings, sessions: SessionFactory
) -> dict[Provenance, ObservationSource]:
    """Return the sources there are: the simulator only where its address is known."""
    sources: dict[Provenance, ObservationSource] = {
        Provenance.OPEN_METEO: make_open_meteo(settings, sessions)
    }
    if settings.simulator_url is not None:
        sources[Provenance.SIMULATED] = make_simulated(settings.simulator_url, sessions)
    return sources

"""The collector's composition root: settings in, use cases out."""

import functools
from dataclasses import dataclass

from celery import Celery

from collector.collect import Collector
from collector.open_meteo.client import OpenMeteoClient
from collector.open_meteo.fetch import HttpFetcher
from collector.planning import plan_due_collections
from collector.ports import Clock, ObservationSource, utc_now
from collector.settings import CollectorSettings
from shared.adapters.worker import Worker, make_worker
from shared.contracts.provenance import Provenance
from shared.contracts.queues import Service
from shared.settings import load


@dataclass(frozen=True)
class CollectorService:
    """The assembled service."""

    worker: Worker
    collector: Collector
    now: Clock = utc_now

    def tick(self) -> None:
        """Plan and send what is due."""
        source = self.collector.source
        self.worker.tick(
            lambda session: plan_due_collections(session, now=self.now(), source=source)
        )

    def collect(self, job_id: str) -> str:
        """Do a collect job."""
        return self.worker.run(job_id, self.collector.collect)


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
    collector = Collector(
        worker.sessions, make_sources(settings), settings.source, settings.backfill_start
    )
    return CollectorService(worker, collector)


def make_sources(settings: CollectorSettings) -> dict[Provenance, ObservationSource]:
    """Return the sources there are: the simulator only where its address is known."""
    sources: dict[Provenance, ObservationSource] = {
        Provenance.OPEN_METEO: OpenMeteoClient(
            HttpFetcher("Open-Meteo", setting="CLIMATE_OPEN_METEO_ARCHIVE_URL"),
            archive_url=settings.open_meteo_archive_url,
            forecast_url=settings.open_meteo_forecast_url,
        )
    }
    if settings.simulator_url is not None:
        sources[Provenance.SIMULATED] = OpenMeteoClient(
            HttpFetcher("The simulator", setting="CLIMATE_SIMULATOR_URL", is_remote=False),
            archive_url=f"{settings.simulator_url}/v1/archive",
            forecast_url=f"{settings.simulator_url}/v1/forecast",
        )
    return sources

"""Our side: the collector's own use case, run by its own runner, in a process of its own."""

import logging
import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, select

from benchmarks.ingest.task import WARM_UP, Span, prepare
from collector.backlog import Backlog
from collector.collect import Collector
from collector.open_meteo.assembly import make_simulated
from collector.rhythm import rhythms_of
from collector.sources import Sources
from shared.adapters.database import make_engine, make_session_factory
from shared.adapters.runner import JobRunner
from shared.adapters.tables import jobs, observations, quality_findings
from shared.contracts.jobs import JOBS, JobKind
from shared.contracts.provenance import Provenance, Source

_LAG = timedelta(days=7)
_KIB_A_MIB = 1024


@dataclass(frozen=True)
class Ingested:
    """What came of ingesting some sites."""

    n_sites: int
    n_rows: int
    n_findings: int
    seconds: float
    seconds_of_the_first: float
    peak_rss_mb: float
    rss_at_start_mb: float


def ingest(n_sites: int, span: Span, *, database_url: str, provider_url: str) -> Ingested:
    """Ingest the history of sites in a new process, as one worker would."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_ingest, (n_sites, span, database_url, provider_url))


def _ingest(n_sites: int, span: Span, database_url: str, provider_url: str) -> Ingested:
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet)
    sessions = make_session_factory(make_engine(database_url))
    warm_up, *job_ids = prepare(sessions, n_sites, span)
    # The provider is asked as the simulator is, without a budget: all else is the same.
    sources = Sources(
        {Provenance.SIMULATED: make_simulated(provider_url, sessions)}, Source.SIMULATED
    )
    collector = Collector(sessions, sources, Backlog(span.first, rhythms_of(_LAG)))
    runner = JobRunner(sessions, worker="benchmark", after_commit=lambda: None)
    rss_at_start, begun = _peak_rss_mb(), time.perf_counter()
    runner.run_together([warm_up], collector.collect)
    started = time.perf_counter()
    for message in _messages(job_ids):
        runner.run_together(message, collector.collect)
    seconds = time.perf_counter() - started
    with sessions.begin() as session:
        n_done = session.execute(
            select(func.count()).where(jobs.c.job_id.in_(job_ids), jobs.c.state == "done")
        ).scalar_one()
        if n_done != n_sites:
            error = session.execute(select(jobs.c.last_error).where(jobs.c.last_error.is_not(None)))
            raise RuntimeError(f"{n_sites - n_done} of {n_sites} jobs failed: {error.first()}")
        n_rows, n_findings = (
            session.execute(
                select(func.count()).select_from(table).where(table.c.site_id != WARM_UP)
            ).scalar_one()
            for table in (observations, quality_findings)
        )
    return Ingested(
        n_sites, n_rows, n_findings, seconds, started - begun, _peak_rss_mb(), rss_at_start
    )


def _messages(job_ids: Sequence[UUID]) -> list[Sequence[UUID]]:
    size = JOBS[JobKind.COLLECT].most_together
    return [job_ids[begin : begin + size] for begin in range(0, len(job_ids), size)]


def _peak_rss_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / _KIB_A_MIB if sys.platform != "darwin" else peak / _KIB_A_MIB**2

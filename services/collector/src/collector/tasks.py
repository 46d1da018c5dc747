"""The collector's doors: each a few lines to one use case."""

from collector.bootstrap import bootstrap
from collector.celery_app import app
from shared.contracts.jobs import JOBS, JobKind
from shared.contracts.queues import Service
from shared.contracts.schedule import TICK_TASKS


@app.task(name=TICK_TASKS[Service.COLLECTOR])  # type: ignore[untyped-decorator]
def tick() -> None:
    """Plan what is due, send what is not done."""
    bootstrap(app).tick()


@app.task(name=JOBS[JobKind.COLLECT].task)  # type: ignore[untyped-decorator]
def collect_observations(job_ids: list[str]) -> dict[str, int]:
    """Collect the newest days of sites and their rings."""
    return bootstrap(app).collect(job_ids)


@app.task(name=JOBS[JobKind.BACKFILL].task)  # type: ignore[untyped-decorator]
def backfill_observations(job_ids: list[str]) -> dict[str, int]:
    """Fetch missing days of sites and their rings."""
    return bootstrap(app).backfill(job_ids)


@app.task(name=JOBS[JobKind.GUIDANCE].task)  # type: ignore[untyped-decorator]
def collect_guidance(job_ids: list[str]) -> dict[str, int]:
    """Fetch what weather models forecast for sites."""
    return bootstrap(app).collect_guidance(job_ids)

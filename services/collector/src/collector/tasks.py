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
def collect_observations(job_id: str) -> str:
    """Collect a site up to a day."""
    return bootstrap(app).collect(job_id)

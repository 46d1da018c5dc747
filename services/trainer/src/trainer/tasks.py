"""The trainer's doors: each a few lines to one use case."""

from shared.adapters.celery import answer_events
from shared.contracts.jobs import JOBS, JobKind
from shared.contracts.queues import Service
from shared.contracts.schedule import TICK_TASKS
from trainer.bootstrap import bootstrap
from trainer.celery_app import app


@app.task(name=TICK_TASKS[Service.TRAINER])  # type: ignore[untyped-decorator]
def tick() -> None:
    """Plan what is due, send what is not done."""
    bootstrap(app).tick()


@app.task(name=JOBS[JobKind.TRAIN].task)  # type: ignore[untyped-decorator]
def start_training(job_id: str) -> str:
    """Start the training of a site."""
    return bootstrap(app).start(job_id)


@app.task(name=JOBS[JobKind.FIT_LINEAR_REGRESSION].task)  # type: ignore[untyped-decorator]
def fit_family(job_id: str) -> str:
    """Fit a family to a variable of a site; kind and part of the job say which."""
    return bootstrap(app).fit(job_id)


@app.task(name=JOBS[JobKind.TUNE].task)  # type: ignore[untyped-decorator]
def help_tuning(job_id: str) -> str:
    """Help another trainer with the trials of a fit."""
    return bootstrap(app).help_tuning(job_id)


@app.task(name=JOBS[JobKind.SELECT].task)  # type: ignore[untyped-decorator]
def select_candidates(job_id: str) -> str:
    """Register the winners of a training."""
    return bootstrap(app).select(job_id)


answer_events(app, Service.TRAINER, lambda: bootstrap(app).tick())

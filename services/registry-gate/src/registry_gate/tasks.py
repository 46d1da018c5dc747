"""The gate's doors: each a few lines to one use case."""

from registry_gate.bootstrap import bootstrap
from registry_gate.celery_app import app
from shared.adapters.celery import answer_events
from shared.contracts.jobs import JOBS, JobKind
from shared.contracts.queues import Service
from shared.contracts.schedule import TICK_TASKS


@app.task(name=TICK_TASKS[Service.REGISTRY_GATE])  # type: ignore[untyped-decorator]
def tick() -> None:
    """Plan what is due, send what is not done."""
    bootstrap(app).tick()


@app.task(name=JOBS[JobKind.GATE].task)  # type: ignore[untyped-decorator]
def decide_promotions(job_id: str) -> str:
    """Decide about the candidates of a training."""
    return bootstrap(app).decide(job_id)


@app.task(name=JOBS[JobKind.APPROVE].task)  # type: ignore[untyped-decorator]
def approve_candidate(job_id: str) -> str:
    """Promote what was proposed, or decline it, as a person has asked."""
    return bootstrap(app).approve(job_id)


@app.task(name=JOBS[JobKind.ROLL_BACK].task)  # type: ignore[untyped-decorator]
def roll_back_champion(job_id: str) -> str:
    """Let an earlier champion serve again, as a person has asked."""
    return bootstrap(app).roll_back(job_id)


@app.task(name=JOBS[JobKind.ISSUE].task)  # type: ignore[untyped-decorator]
def issue_forecasts(job_id: str) -> str:
    """Issue the forecasts of a site."""
    return bootstrap(app).issue(job_id)


@app.task(name=JOBS[JobKind.VERIFY].task)  # type: ignore[untyped-decorator]
def verify_forecasts(job_ids: list[str]) -> dict[str, int]:
    """Verify the forecasts of sites, together."""
    return bootstrap(app).verify(job_ids)


@app.task(name=JOBS[JobKind.REVIEW].task)  # type: ignore[untyped-decorator]
def review_champions(job_id: str) -> str:
    """Review the champions of a site, and do what follows."""
    return bootstrap(app).review(job_id)


answer_events(app, Service.REGISTRY_GATE, lambda: bootstrap(app).tick())

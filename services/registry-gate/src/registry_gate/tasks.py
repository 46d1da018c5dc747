"""The gate's doors: each a few lines to one use case."""

from typing import Any

from registry_gate.bootstrap import bootstrap
from registry_gate.celery_app import app
from shared.contracts.events import EventType
from shared.contracts.jobs import JOBS, JobKind
from shared.contracts.queues import Service
from shared.contracts.schedule import TICK_TASKS
from shared.contracts.subscriptions import reaction


@app.task(name=TICK_TASKS[Service.REGISTRY_GATE])  # type: ignore[untyped-decorator]
def tick() -> None:
    """Plan what is due, send what is not done."""
    bootstrap(app).tick()


@app.task(name=JOBS[JobKind.GATE].task)  # type: ignore[untyped-decorator]
def decide_promotions(job_id: str) -> str:
    """Decide about the candidates of a training."""
    return bootstrap(app).decide(job_id)


@app.task(name=reaction(Service.REGISTRY_GATE, EventType.CANDIDATE_REGISTERED))  # type: ignore[untyped-decorator]
def on_candidate_registered(_event: dict[str, Any]) -> None:
    """Do at once what the next tick would."""
    bootstrap(app).tick()

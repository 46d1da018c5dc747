"""`/api/v1/workers`: whether the workers behind the queues answer."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.routes.dependencies import API, UNAVAILABLE, Given
from shared.contracts.queues import WORKERS, Service

router = APIRouter(tags=["health"])


class WorkerAnswer(BaseModel):
    """The last tick a service answered: from the scheduler through its queue to the database."""

    service: Service
    worker: str | None = Field(description="which of the service's workers; null if none ever did")
    last_tick_at: datetime | None
    seconds_ago: float | None


@router.get(f"{API}/workers", responses=UNAVAILABLE)
def get_workers(given: Given) -> list[WorkerAnswer]:
    """Tell when each service last answered the scheduler, which asks every few seconds.

    A single trainer answers between two fits; several take turns.
    """
    now = given.now()
    answered = {tick.service: tick for tick in given.record.ticks()}
    return [
        WorkerAnswer(
            service=service,
            worker=tick.worker if tick else None,
            last_tick_at=tick.ticked_at if tick else None,
            seconds_ago=round((now - tick.ticked_at).total_seconds(), 1) if tick else None,
        )
        for service in WORKERS
        for tick in [answered.get(service)]
    ]

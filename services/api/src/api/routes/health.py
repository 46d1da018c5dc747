"""`/health`: is the process alive, can it serve, and what of the world around answers."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from api.answers.health import HealthAnswer, health_answer
from api.answers.problems import NotReady
from api.routes.dependencies import UNAVAILABLE, Given

router = APIRouter(prefix="/health", tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """The process knows what to serve."""

    status: Literal["ready"] = "ready"


@router.get("/live")
async def get_liveness() -> Alive:
    """Say that the process answers; leans on nothing outside it."""
    return Alive()


@router.get("/ready", responses=UNAVAILABLE)
async def get_readiness(given: Given) -> Ready:
    """Say whether requests may be sent here: once all in the database, or its copy, is loaded.

    Stays true while the database is away, for forecasts are then served from memory.
    """
    if not given.state.is_ready:
        raise NotReady("Neither the database nor a copy of what it said could be read yet.")
    return Ready()


@router.get("")
async def get_health(given: Given) -> HealthAnswer:
    """Tell what this process serves, and whether database, Redis and MLflow answer."""
    return health_answer(
        given.state, given.fleet.processes, await given.mlflow.error(), given.now()
    )

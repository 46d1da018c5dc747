"""The state of this process and of what it leans on, as `/health` tells it."""

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.answers.daily import served_by
from api.answers.models import RefusedModel, refused_model
from api.answers.processes import ProcessAnswer, seconds_to_last
from api.answers.shapes import ServedBy
from api.serving.freshness import freshness
from api.serving.snapshot import ServedSite
from api.serving.state import Link, ServingState
from shared.contracts.provenance import Provenance
from shared.forecasting.variables import Variable

Dependency = Literal["database", "redis", "mlflow"]

_CONSEQUENCES: Mapping[Dependency, str] = {
    "database": "forecasts are served from memory; the record and new promotions wait",
    "redis": "promotions are noticed within seconds instead of at once",
    "mlflow": "a new champion cannot be downloaded; the one before it serves on",
}


class DependencyHealth(BaseModel):
    """Something the API leans on, as this process last saw it."""

    status: Literal["ok", "failing", "unknown"]
    last_answer_at: datetime | None = None
    failing_since: datetime | None = None
    error: str | None = None
    consequence: str | None = Field(default=None, description="what its failing means for users")


class SiteHealth(BaseModel):
    """What is served for a site by this process."""

    has_forecast: bool
    reference_time: date | None
    stale_days: int | None
    provenance: Provenance | None
    models: dict[Variable, ServedBy]
    refused: dict[Variable, RefusedModel]


class HealthAnswer(BaseModel):
    """What is served, and what of the world around answers."""

    status: Literal["ok", "degraded", "starting"] = Field(
        description="`degraded`: forecasts are served, but something in the answer is failing"
    )
    process: int = Field(description="number of the process that answers")
    processes: list[ProcessAnswer] = Field(
        description="what each process of every replica serves; while Redis is away, this one alone"
    )
    seconds_to_last_process: float | None = Field(
        description="from the newest promotion until the last process served it; null before that",
        examples=[0.14],
    )
    last_reload_at: datetime | None
    dependencies: dict[Dependency, DependencyHealth]
    sites: dict[str, SiteHealth]


def health_answer(
    state: ServingState,
    processes: Sequence[ProcessAnswer],
    mlflow_error: str | None,
    now: datetime,
) -> HealthAnswer:
    """Return the state of this process; `mlflow_error` is None while MLflow answers."""
    dependencies: dict[Dependency, DependencyHealth] = {
        "database": _link_health("database", state.database),
        "redis": _link_health("redis", state.stream),
        "mlflow": _mlflow_health(mlflow_error, now),
    }
    return HealthAnswer(
        status=_status(state, dependencies),
        process=os.getpid(),
        processes=list(processes),
        seconds_to_last_process=seconds_to_last(processes),
        last_reload_at=state.reloaded_at,
        dependencies=dependencies,
        sites={
            site_id: _site_health(served, state, now)
            for site_id, served in state.snapshot.sites.items()
        },
    )


def _status(
    state: ServingState, dependencies: Mapping[Dependency, DependencyHealth]
) -> Literal["ok", "degraded", "starting"]:
    if not state.is_ready:
        return "starting"
    failing = any(found.status == "failing" for found in dependencies.values())
    return "degraded" if failing or state.failures else "ok"


def _link_health(name: Dependency, link: Link) -> DependencyHealth:
    if link.error is not None:
        return DependencyHealth(
            status="failing",
            last_answer_at=link.used_at,
            failing_since=link.failing_since,
            error=link.error,
            consequence=_CONSEQUENCES[name],
        )
    return DependencyHealth(status="ok" if link.used_at else "unknown", last_answer_at=link.used_at)


def _mlflow_health(error: str | None, now: datetime) -> DependencyHealth:
    if error is None:
        return DependencyHealth(status="ok", last_answer_at=now)
    return DependencyHealth(status="failing", error=error, consequence=_CONSEQUENCES["mlflow"])


def _site_health(served: ServedSite, state: ServingState, now: datetime) -> SiteHealth:
    reference = served.history.last_date if served.history else None
    fresh = freshness(reference, timezone=served.site.timezone, now=now) if reference else None
    site_id = served.site.site_id
    return SiteHealth(
        has_forecast=served.has_forecast,
        reference_time=reference,
        stale_days=fresh.stale_days if fresh else None,
        provenance=served.site.provenance,
        models={variable: served_by(found) for variable, found in served.forecasts.items()},
        refused={
            variable: refused_model(failure)
            for (failed_site, variable), failure in state.failures.items()
            if failed_site == site_id
        },
    )

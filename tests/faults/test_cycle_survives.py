"""The cycle completes by itself, with nothing lost and nothing doubled, whatever is killed."""

import os
import signal
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Row, select

from shared.adapters.ledger import request_job
from shared.adapters.tables import (
    candidates,
    contenders,
    decisions,
    events,
    jobs,
    promotions,
)
from shared.contracts.events import EventType
from shared.contracts.jobs import FIT_KINDS, JobKind
from shared.forecasting.families import Family
from shared.forecasting.variables import FORECAST_VARIABLES
from tests.support.database import SITE_ID
from tests.support.stack import NativeStack, eventually

pytestmark = pytest.mark.slow

# A quick cycle takes some 35 s on two cores; whatever happens in it may cost two minutes more.
CYCLE_SECONDS = 60 + 120


def request_training(stack: NativeStack) -> UUID:
    with stack.sessions() as sessions, sessions.begin() as session:
        today = datetime.now(UTC).date()
        return request_job(session, kind=JobKind.TRAIN, site_id=SITE_ID, logical_date=today)


def cycle(stack: NativeStack, training_id: UUID) -> dict[str, str]:
    """Return the jobs of a cycle by kind and part, with their states."""
    chain = select(jobs.c.correlation_id).where(jobs.c.job_id == training_id).scalar_subquery()
    found = stack.rows(
        select(jobs.c.kind, jobs.c.part, jobs.c.state).where(jobs.c.correlation_id == chain)
    )
    return {f"{row.kind} {row.part}".strip(): row.state for row in found}


def fit_at_work(stack: NativeStack, training_id: UUID) -> Row[Any] | None:
    """Return a fit of a training that a trainer is at, if there is one now."""
    rows = stack.rows(
        select(jobs).where(jobs.c.parent_id == training_id, jobs.c.kind.in_(FIT_KINDS.values()))
    )
    return next((row for row in rows if row.state == "running"), None)


def wait_for_gate(stack: NativeStack, training_id: UUID) -> None:
    def done() -> bool:
        states = cycle(stack, training_id)
        assert "dead" not in states.values(), states
        return states.get(JobKind.GATE) == "done"

    eventually(done, what="the gate's decision", within=CYCLE_SECONDS)


def assert_nothing_lost_or_doubled(stack: NativeStack, training_id: UUID) -> None:
    """Look at everything one cycle must leave behind exactly once."""
    assert set(cycle(stack, training_id).values()) == {"done"}
    of_training = contenders.c.training_id == training_id
    fitted = stack.rows(select(contenders.c.variable, contenders.c.family).where(of_training))
    assert Counter((row.variable, row.family) for row in fitted) == Counter(
        (variable, family) for variable in FORECAST_VARIABLES for family in Family
    )
    registered = stack.rows(select(candidates).where(candidates.c.training_id == training_id))
    assert len(registered) == len(FORECAST_VARIABLES)
    ids = [row.candidate_id for row in registered]
    decided = stack.rows(select(decisions).where(decisions.c.candidate_id.in_(ids)))
    assert Counter(row.candidate_id for row in decided) == Counter(ids)
    announced = stack.rows(select(events).where(events.c.type == EventType.CANDIDATE_REGISTERED))
    told = Counter(row.data["candidate_id"] for row in announced)
    assert all(told[str(candidate_id)] == 1 for candidate_id in ids)
    for row in registered:
        runs = registered_runs(stack, row.mlflow_model)
        assert row.mlflow_version in runs
        assert len(set(runs.values())) == len(runs)  # no run is registered twice


def registered_runs(stack: NativeStack, model: str) -> dict[str, str]:
    """Return the run behind each version of a model."""
    answer = httpx.get(
        f"{stack.url('mlflow')}/api/2.0/mlflow/model-versions/search",
        params={"filter": f"name='{model}'"},
        timeout=30,
    ).raise_for_status()
    return {one["version"]: one["run_id"] for one in answer.json().get("model_versions", [])}


def assert_served(stack: NativeStack) -> None:
    """Wait until the API serves the champions of the database."""

    def is_served() -> bool:
        rows = stack.rows(select(promotions).order_by(promotions.c.epoch))
        epochs = {row.variable: row.epoch for row in rows}
        answer = stack.get("/api/v1/forecast", site=SITE_ID)
        if not answer.is_success:
            return False
        models = answer.json()["models"]
        return all(models[v].get("epoch") == epoch for v, epoch in epochs.items())

    eventually(is_served, what="serving the champions", within=60)


def test_first_cycle_survives_redis_being_wiped_at_every_stage(stack: NativeStack) -> None:
    wiped_at: list[str] = []
    started = time.monotonic()
    while time.monotonic() < started + CYCLE_SECONDS:
        rows = stack.rows(select(jobs.c.kind, jobs.c.state, jobs.c.job_id))
        stages = [f"{row.kind} {row.state}" for row in rows]
        if stack.rows(select(promotions.c.epoch).limit(1)):
            stages.append("promoted")
        if new := [stage for stage in stages if stage not in wiped_at]:
            stack.redis().flushall()
            wiped_at += new
        if f"{JobKind.GATE} done" in stages:
            break
        time.sleep(0.2)
    kinds = {stage.partition(" ")[0] for stage in wiped_at}
    assert {JobKind.COLLECT, JobKind.TRAIN, *FIT_KINDS.values(), JobKind.GATE} <= kinds
    (training,) = stack.rows(select(jobs.c.job_id).where(jobs.c.kind == JobKind.TRAIN))
    wait_for_gate(stack, training.job_id)
    assert_nothing_lost_or_doubled(stack, training.job_id)
    assert_served(stack)


def test_cycle_survives_the_trainer_killed_in_its_fit(stack: NativeStack) -> None:
    training_id = request_training(stack)
    fit = eventually(
        lambda: fit_at_work(stack, training_id), what="a fit at work", within=CYCLE_SECONDS
    )
    os.kill(int(fit.worker.rpartition("/")[2]), signal.SIGKILL)
    wait_for_gate(stack, training_id)
    assert_nothing_lost_or_doubled(stack, training_id)
    assert_served(stack)
    (again,) = stack.rows(select(jobs).where(jobs.c.job_id == fit.job_id))
    assert again.attempts == fit.attempts + 1
    assert again.worker != fit.worker


@pytest.mark.parametrize("process", ["registry-gate", "collector", "scheduler", "api", "redis"])
def test_cycle_survives_a_killed_process(stack: NativeStack, process: str) -> None:
    training_id = request_training(stack)
    eventually(lambda: fit_at_work(stack, training_id), what="a fit at work", within=CYCLE_SECONDS)
    stack.kill(process)
    wait_for_gate(stack, training_id)
    assert_nothing_lost_or_doubled(stack, training_id)
    assert_served(stack)

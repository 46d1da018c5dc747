"""What the system is doing now, as five steps a person can follow, from the job ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from api.answers.record import JobAnswer
from api.dashboard.words import FAMILY_NAMES, ago
from api.serving.snapshot import ServedSite
from shared.contracts.jobs import FIT_KINDS, JobKind
from shared.forecasting.variables import FORECAST_VARIABLES


class StepState(StrEnum):
    """How far a step is."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Step:
    """One step on the way from weather to forecast."""

    name: str
    state: StepState
    text: str


# The kinds of jobs that make up each step, in the order the work is done.
_STEPS: tuple[tuple[str, tuple[JobKind, ...]], ...] = (
    ("Collect observations", (JobKind.COLLECT,)),
    ("Train three families", (JobKind.TRAIN, *FIT_KINDS.values())),
    ("Select the best", (JobKind.SELECT,)),
    ("Pass the quality gate", (JobKind.GATE,)),
)
_WORKERS = {kind: FAMILY_NAMES[family] for family, kind in FIT_KINDS.items()}


def pipeline(jobs: Sequence[JobAnswer], served: ServedSite, now: datetime) -> tuple[Step, ...]:
    """Return the steps by the newest job of each kind."""
    steps = [_step(name, [job for job in jobs if job.kind in kinds], now) for name, kinds in _STEPS]
    return (*steps, _serving(served))


def is_busy(steps: Sequence[Step]) -> bool:
    """Say whether anything is about to change."""
    return any(step.state in (StepState.WORKING, StepState.WAITING) for step in steps)


def _step(name: str, jobs: Sequence[JobAnswer], now: datetime) -> Step:
    if not jobs:
        return Step(name, StepState.WAITING, "not yet")
    for state, describe in (("dead", _failure), ("running", _progress), ("queued", _wait)):
        found = [job for job in jobs if job.state == state]
        if found:
            texts = dict.fromkeys(describe(job, now) for job in found)
            return Step(name, _STATES[state], "; ".join(texts))
    finished = max((job.finished_at for job in jobs if job.finished_at), default=None)
    return Step(name, StepState.DONE, ago(finished, now=now) if finished else "done")


_STATES = {
    "dead": StepState.FAILED,
    "running": StepState.WORKING,
    "queued": StepState.WAITING,
}


def _failure(job: JobAnswer, _now: datetime) -> str:
    return f"given up after {job.attempts} attempts: {job.last_error or 'no reason was left'}"


def _progress(job: JobAnswer, _now: datetime) -> str:
    worker = _WORKERS.get(job.kind)
    progress = job.progress or "at work"
    return f"{worker}: {progress}" if worker else progress


def _wait(job: JobAnswer, now: datetime) -> str:
    if job.last_error is None:
        return "next in line"
    seconds = max(0, round((job.not_before - now).total_seconds()))
    when = f"in {seconds} s" if seconds else "now"
    return f"tries again {when}, after: {job.last_error}"


def _serving(served: ServedSite) -> Step:
    champions = sum(1 for found in served.forecasts.values() if found.model is not None)
    total = len(FORECAST_VARIABLES)
    if champions:
        text = f"champions for {champions} of {total} variables"
        return Step("Serve", StepState.DONE, text)
    if served.has_forecast:
        return Step("Serve", StepState.DONE, "what is usual for the season, until a model is ready")
    return Step("Serve", StepState.WAITING, "not yet")

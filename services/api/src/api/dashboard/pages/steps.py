"""What the system is doing for a site, as five steps a person can follow, from the job ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from api.answers.record import JobAnswer
from api.dashboard.language import Language
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
    """One step on the way from weather to forecast.

    Attributes
    ----------
    name : str
        Of the phrase that names it.
    """

    name: str
    state: StepState
    text: str


class Doing(Protocol):
    """A unit of work, as far as it takes to say how it goes."""

    @property
    def state(self) -> str:
        """Its state in the ledger."""
        ...

    @property
    def attempts(self) -> int:
        """How often it was begun."""
        ...

    @property
    def progress(self) -> str | None:
        """How far it says it is."""
        ...

    @property
    def last_error(self) -> str | None:
        """Why the last attempt failed."""
        ...

    @property
    def not_before(self) -> datetime:
        """When it may be tried again."""
        ...

    @property
    def finished_at(self) -> datetime | None:
        """When it ended."""
        ...


# The kinds of jobs that make up each step, in the order the work is done.
_STEPS: tuple[tuple[str, tuple[JobKind, ...]], ...] = (
    ("step.collect", (JobKind.COLLECT,)),
    ("step.train", (JobKind.TRAIN, *FIT_KINDS.values())),
    ("step.select", (JobKind.SELECT,)),
    ("step.gate", (JobKind.GATE,)),
)
_FAMILIES = {kind: f"family.{family}" for family, kind in FIT_KINDS.items()}

#: States of the ledger, the one that matters most first, as a person sees them.
STATES = {
    "dead": StepState.FAILED,
    "running": StepState.WORKING,
    "queued": StepState.WAITING,
    "done": StepState.DONE,
    "cancelled": StepState.DONE,
}


def steps(
    jobs: Sequence[JobAnswer], served: ServedSite, language: Language, now: datetime
) -> tuple[Step, ...]:
    """Return the steps by the newest job of each kind."""
    found = [
        _step(name, [job for job in jobs if job.kind in kinds], language, now)
        for name, kinds in _STEPS
    ]
    return (*found, _serving(served, language))


def job_text(job: Doing, language: Language, now: datetime) -> str:
    """Return how far a job is, in a few words."""
    if job.state == "dead":
        reason = job.last_error or language.say("job.no_reason")
        return language.say("job.given_up", n=job.attempts, reason=reason)
    if job.state == "running":
        return job.progress or language.say("job.at_work")
    if job.state == "queued":
        return _wait(job, language, now)
    return language.ago(job.finished_at, now=now) if job.finished_at else language.say("job.done")


def _step(name: str, jobs: Sequence[JobAnswer], language: Language, now: datetime) -> Step:
    if not jobs:
        return Step(name, StepState.WAITING, language.say("job.not_yet"))
    for state in ("dead", "running", "queued"):
        found = [job for job in jobs if job.state == state]
        if found:
            texts = dict.fromkeys(_named(job, language, now) for job in found)
            return Step(name, STATES[state], "; ".join(texts))
    newest = max(jobs, key=lambda job: job.finished_at or job.created_at)
    return Step(name, StepState.DONE, job_text(newest, language, now))


def _named(job: JobAnswer, language: Language, now: datetime) -> str:
    text, family = job_text(job, language, now), _FAMILIES.get(job.kind)
    if job.state != "running" or family is None:
        return text
    return language.say("job.of_family", family=language.say(family), text=text)


def _wait(job: Doing, language: Language, now: datetime) -> str:
    if job.last_error is None:
        return language.say("job.next_in_line")
    when = language.until(job.not_before, now=now)
    return language.say("job.tries_again", when=when, reason=job.last_error)


def _serving(served: ServedSite, language: Language) -> Step:
    champions = sum(1 for found in served.forecasts.values() if found.model is not None)
    if champions:
        text = language.say("step.champions", n=champions, total=len(FORECAST_VARIABLES))
        return Step("step.serve", StepState.DONE, text)
    if served.has_forecast:
        return Step("step.serve", StepState.DONE, language.say("step.climatology"))
    return Step("step.serve", StepState.WAITING, language.say("job.not_yet"))

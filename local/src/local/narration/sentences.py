"""Puts events and jobs into words a user understands; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.markup import escape

from local.supervision.client import ProcessInfo, ProcessState
from shared.contracts.events import (
    CandidateRegistered,
    CandidateRejected,
    DriftDetected,
    Event,
    EventData,
    ForecastIssued,
    ForecastVerified,
    ModelPromoted,
    ModelRolledBack,
    ObservationsCollected,
    RetrainingRequested,
)
from shared.contracts.jobs import FIT_KINDS, JobKind
from shared.forecasting.variables import Variable

WORDS: dict[Variable, str] = {
    Variable.TEMPERATURE_MAX: "maximum temperature",
    Variable.TEMPERATURE_MIN: "minimum temperature",
    Variable.TEMPERATURE_MEAN: "mean temperature",
    Variable.PRECIPITATION: "precipitation",
    Variable.WIND_SPEED_MAX: "wind",
    Variable.HUMIDITY_MEAN: "humidity",
    Variable.SURFACE_PRESSURE_MEAN: "pressure",
    Variable.WIND_GUSTS_MAX: "gusts",
    Variable.WIND_DIRECTION: "wind direction",
    Variable.RADIATION: "solar radiation",
}

#: What a job of a kind does, for the line that says what goes on.
DOING: dict[JobKind, str] = {
    JobKind.COLLECT: "collecting",
    JobKind.BACKFILL: "fetching missing days",
    JobKind.GUIDANCE: "fetching the forecasts of weather models",
    JobKind.TRAIN: "preparing the training",
    **{kind: f"training {family.replace('-', ' ')}" for family, kind in FIT_KINDS.items()},
    JobKind.TUNE: "helping with the trials",
    JobKind.SELECT: "choosing the winners",
    JobKind.GATE: "judging the winners",
    JobKind.APPROVE: "settling what a person approved or declined",
    JobKind.ROLL_BACK: "going back to an earlier model",
    JobKind.ISSUE: "issuing forecasts",
    JobKind.VERIFY: "checking forecasts against what came",
    JobKind.REVIEW: "reviewing the models that serve",
}

_MOST_JOBS_SHOWN = 4
_CRASHED = {ProcessState.BACKOFF, ProcessState.FATAL}
#: States in which a process stays for a while; the others are on the way to one of them.
SETTLED = {ProcessState.RUNNING, *_CRASHED}


@dataclass(frozen=True)
class JobFact:
    """An unfinished job, as far as a user cares."""

    kind: JobKind
    site_id: str
    state: str
    attempts: int
    progress: str | None
    last_error: str | None


def tell_event(event: Event, reason: str = "") -> str:
    """Return an event as a line; `reason` is the gate's own sentence for a promotion."""
    fact = event.fact()
    return f"{_mark(fact)} {escape(fact.site_id)}: {escape(_words(fact, reason))}"


def _mark(fact: EventData) -> str:
    return {
        ObservationsCollected: "[green]✓[/]",
        ModelPromoted: "[bold green]★[/]",
        ModelRolledBack: "[bold yellow]↶[/]",
        CandidateRejected: "[yellow]=[/]",
    }.get(type(fact), "[cyan]·[/]")


def _words(fact: EventData, reason: str) -> str:
    match fact:
        case ModelPromoted():
            return f"{WORDS[fact.variable]}: new champion. {reason}".strip()
        case CandidateRegistered() | CandidateRejected() | ModelRolledBack() | DriftDetected():
            return f"{WORDS[fact.variable]}: {_of_a_variable(fact)}"
    return _of_a_site(fact)


def _of_a_variable(
    fact: CandidateRegistered | CandidateRejected | ModelRolledBack | DriftDetected,
) -> str:
    match fact:
        case CandidateRegistered():
            return f"{fact.family.replace('-', ' ')} won among the families, now for the gate"
        case CandidateRejected():
            verdict = {"reject": "rejected", "inconclusive": "inconclusive, nothing changes"}
            return f"{verdict[fact.outcome]}. {fact.reason}"
        case ModelRolledBack():
            return f"back to an earlier model. {fact.reason}"
        case DriftDetected():
            return f"drift of the {fact.of}. {fact.reason}"


def _of_a_site(fact: EventData) -> str:
    match fact:
        case ObservationsCollected():
            days = _count(fact.days_changed, "day")
            return f"{days} of weather collected ({fact.first_date} to {fact.last_date})"
        case ForecastIssued():
            return f"{_count(fact.forecasts, 'forecast')} issued from {fact.reference_date}"
        case ForecastVerified():
            return f"{_count(fact.forecasts, 'forecast')} checked against what came"
        case RetrainingRequested():
            return f"a training is asked for. {fact.reason}"
    return str(fact.type)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def tell_activity(jobs: Sequence[JobFact]) -> list[str]:
    """Return what is going on at present, a line each."""
    if not jobs:
        return ["Nothing to do at present; every few seconds somebody looks what is due."]
    waiting = [job for job in jobs if _waits(job)]
    at_work = [job for job in jobs if not _waits(job)]
    lines = [_tell_job(job) for job in at_work[:_MOST_JOBS_SHOWN]]
    if (more := len(at_work) - _MOST_JOBS_SHOWN) > 0:
        lines.append(f"and {more} more at work")
    if waiting:
        lines.append(_tell_waiting(waiting))
    return lines


def _waits(job: JobFact) -> bool:
    return job.state != "running" and not (job.attempts and job.last_error)


def _tell_waiting(jobs: Sequence[JobFact]) -> str:
    if len(jobs) == 1:
        return _tell_job(jobs[0])
    return f"{len(jobs)} jobs wait for a free worker"


def _tell_job(job: JobFact) -> str:
    doing = DOING[job.kind]
    if job.state == "running":
        doing = _in_words(job.progress) if job.progress else doing
    elif job.attempts and job.last_error:
        doing = f"{doing}, will be tried again ({job.last_error})"
    else:
        doing = f"{doing}, waiting for a free worker"
    return escape(f"{job.site_id}: {doing}")


def _in_words(progress: str) -> str:
    """Return a worker's progress with the variables called by their everyday names."""
    for variable, words in WORDS.items():
        progress = progress.replace(variable, words)
    return progress


def tell_process(before: ProcessInfo | None, now: ProcessInfo) -> str | None:
    """Return what has become of a process since it was last settled; None if nothing."""
    if before is None:
        return None
    if now.state in _CRASHED and before.state not in _CRASHED:
        return (
            f"[red]✗[/] {now.name} does not come up and is started again and again; "
            f"see `climate logs {now.name}`."
        )
    if now.state is ProcessState.RUNNING and before.state in _CRASHED:
        return f"[green]✓[/] {now.name} is up again."
    if now.state is ProcessState.RUNNING and before.pid not in {0, now.pid}:
        return f"[yellow]![/] {now.name} had ended and was started again."
    return None

"""Waits for a training cycle: the training, its three families, the selection, the gate."""

import time
from collections.abc import Sequence
from uuid import UUID

from rich.markup import escape

from local.command.records import Record, cycle_jobs, has_candidates, session_of
from local.narration.screen import Screen
from local.narration.sentences import JobFact, tell_activity
from local.stack.running import Stack
from shared.contracts.jobs import FIT_KINDS, JobKind
from shared.forecasting.variables import FORECAST_VARIABLES

POLL_SECONDS = 1.0

_BAR_WIDTH = 40
# The training itself, a fit of each family and variable, the selection and the gate.
_JOBS_OF_A_CYCLE = 3 + len(FIT_KINDS) * len(FORECAST_VARIABLES)


def wait_for_cycle(stack: Stack, training: UUID, screen: Screen) -> bool:
    """Show how far a cycle is until it has ended; say whether it came to decisions."""
    with screen.alive():
        while True:
            with session_of(stack) as session:
                found = cycle_jobs(session, training)
                has_winners = has_candidates(session, training)
            if has_ended(found, has_winners=has_winners):
                break
            screen.show(_bar(found), *tell_activity(_facts(found)))
            time.sleep(POLL_SECONDS)
    given_up = [job for job in found if job["state"] == "dead"]
    for job in given_up:
        screen.say(f"[red]✗ Given up:[/] {job['kind']}: {escape(str(job['last_error']))}")
    if not (has_winners or given_up):
        screen.say("[red]✗ No family made a model of any variable:[/] `climate logs trainer-1`.")
    return has_decided(found)


def has_ended(jobs: Sequence[Record], *, has_winners: bool) -> bool:
    """Say whether nothing more will come of a cycle: decided, or come to a dead end.

    A family that was given up ends nothing: the others compete without it.

    Parameters
    ----------
    has_winners : bool
        Whether the selection has registered candidates, which the gate decides about.
    """
    states = {(job["kind"], job["state"]) for job in jobs}
    if {"queued", "running"} & {state for _, state in states}:
        return False
    if {(kind, "dead") for kind in (JobKind.TRAIN, JobKind.SELECT, JobKind.GATE)} & states:
        return True
    if (JobKind.SELECT, "done") in states:
        return has_decided(jobs) or not has_winners
    fits = {state for kind, state in states if kind in FIT_KINDS.values()}
    return fits == {"dead"}


def has_decided(jobs: Sequence[Record]) -> bool:
    """Say whether the gate has done its work."""
    return any(job["kind"] == JobKind.GATE and job["state"] == "done" for job in jobs)


def _bar(jobs: Sequence[Record]) -> str:
    """Return how much of a cycle is done, as a bar of text."""
    ended = sum(job["state"] in {"done", "dead"} for job in jobs)
    total = max(_JOBS_OF_A_CYCLE, len(jobs))
    filled = round(_BAR_WIDTH * ended / total)
    rest = _BAR_WIDTH - filled
    return f"[green]{'━' * filled}[/][dim]{'━' * rest}[/] {ended} of {total}"


def _facts(jobs: Sequence[Record]) -> list[JobFact]:
    shown = ("kind", "site_id", "state", "attempts", "progress", "last_error")
    facts = [
        JobFact(**{name: job[name] for name in shown} | {"kind": JobKind(job["kind"])})
        for job in jobs
        if job["state"] in {"queued", "running"}
    ]
    return sorted(facts, key=lambda fact: fact.state != "running")

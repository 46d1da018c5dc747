"""Waits for a training cycle: the training, its three families, the selection, the gate."""

import time
from collections.abc import Sequence
from uuid import UUID

from rich.markup import escape

from local.command.records import Record, cycle_jobs, session_of
from local.narration.screen import Screen
from local.narration.sentences import JobFact, tell_activity
from local.stack.running import Stack
from shared.contracts.jobs import JobKind

POLL_SECONDS = 1.0


def wait_for_cycle(stack: Stack, training: UUID, screen: Screen) -> bool:
    """Show how far a cycle is until it has ended; say whether it came to decisions."""
    with screen.alive():
        while True:
            with session_of(stack) as session:
                found = cycle_jobs(session, training)
            if has_ended(found):
                break
            screen.show(*tell_activity(_facts(found)))
            time.sleep(POLL_SECONDS)
    for job in found:
        if job["state"] == "dead":
            screen.say(f"[red]✗ Given up:[/] {job['kind']}: {escape(str(job['last_error']))}")
    return has_decided(found)


def has_ended(jobs: Sequence[Record]) -> bool:
    """Say whether nothing more will come of a cycle: decided, or given up somewhere."""
    return has_decided(jobs) or any(job["state"] in {"dead", "cancelled"} for job in jobs)


def has_decided(jobs: Sequence[Record]) -> bool:
    """Say whether the gate has done its work."""
    return any(job["kind"] == JobKind.GATE and job["state"] == "done" for job in jobs)


def _facts(jobs: Sequence[Record]) -> list[JobFact]:
    shown = ("kind", "site_id", "state", "attempts", "progress", "last_error")
    facts = [
        JobFact(**{name: job[name] for name in shown} | {"kind": JobKind(job["kind"])})
        for job in jobs
        if job["state"] in {"queued", "running"}
    ]
    return sorted(facts, key=lambda fact: fact.state != "running")

"""Watches trainings by the ledger, and the trainers by what the kernel says of their memory."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from local.command.records import session_of
from local.stack.running import Stack
from shared.adapters.tables import contenders, jobs
from shared.contracts.jobs import FIT_KINDS, JobKind
from shared.errors import ClimateError
from shared.forecasting.variables import FORECAST_VARIABLES

_POLL_SECONDS = 2.0
_KIBIBYTES = 1024.0


class NotTrained(ClimateError):
    """A training of the benchmark came to nothing, so its time means nothing."""


def seconds_of_trainings(stack: Stack, sites: Sequence[str], tick: Callable[[str], None]) -> float:
    """Wait until all these sites are trained; return the seconds from the first plan to the end.

    By the database's clock: from the first training that was planned to the last selection that
    was done.

    Raises
    ------
    NotTrained
        A job was given up, or a contender is missing.
    """
    told: set[str] = set()
    selected = 0
    while selected < len(sites):
        time.sleep(_POLL_SECONDS)
        with session_of(stack) as session:
            made = _made(session, sites)
            selected = _selected(session, sites)
            _refuse_dead(session, sites)
        for what in sorted(made - told):
            tick(what)
        told |= made
    with session_of(stack) as session:
        _refuse_missing(session, sites)
        began, ended = session.execute(
            select(func.min(jobs.c.created_at), func.max(jobs.c.finished_at)).where(
                jobs.c.site_id.in_(sites), jobs.c.kind.in_((JobKind.TRAIN, JobKind.SELECT))
            )
        ).one()
    seconds: float = (ended - began).total_seconds()
    return seconds


def contenders_of(n_sites: int) -> int:
    """Return how many contenders the training of so many sites makes."""
    return n_sites * len(FIT_KINDS) * len(FORECAST_VARIABLES)


def _made(session: Session, sites: Sequence[str]) -> set[str]:
    columns = (contenders.c.site_id, contenders.c.variable, contenders.c.family)
    rows = session.execute(select(*columns).where(contenders.c.site_id.in_(sites)))
    return {" ".join(row) for row in rows}


def _selected(session: Session, sites: Sequence[str]) -> int:
    done = select(func.count()).where(
        jobs.c.site_id.in_(sites), jobs.c.kind == JobKind.SELECT, jobs.c.state == "done"
    )
    return session.execute(done).scalar_one()


def _refuse_dead(session: Session, sites: Sequence[str]) -> None:
    dead = select(jobs).where(jobs.c.site_id.in_(sites), jobs.c.state == "dead")
    job: Row[tuple[object, ...]] | None = session.execute(dead.limit(1)).one_or_none()
    if job is not None:
        raise NotTrained(f"A job was given up: {job.kind} of {job.site_id}: {job.last_error}")


def _refuse_missing(session: Session, sites: Sequence[str]) -> None:
    n_made, n_wanted = len(_made(session, sites)), contenders_of(len(sites))
    if n_made < n_wanted:
        raise NotTrained(f"Only {n_made} contenders of {n_wanted} were made.")


def peak_rss_mb(stack: Stack) -> list[float]:
    """Return the most memory (resident set, MB) each trainer ever had since it was started."""
    return [_peak_of(pid) for pid in _trainers(stack)]


def processor_seconds(stack: Stack) -> float:
    """Return the processor time, by the kernel's account, of all trainers since they started.

    Unlike the time that passes it is the same, or nearly, on a machine with other work to do.
    """
    times = [psutil.Process(pid).cpu_times() for pid in _trainers(stack)]
    return float(sum(spent.user + spent.system for spent in times))


def _trainers(stack: Stack) -> list[int]:
    return [p.pid for p in stack.supervisor.processes() if p.name.startswith("trainer")]


def _peak_of(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return float(line.split()[1]) / _KIBIBYTES

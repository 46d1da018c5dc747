"""Starts the native stack: the order of things, each begun when what it needs is ready.

PostgreSQL and Redis -> migrations -> all services. From then on the supervisor keeps them running.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import httpx

from local.home import Home
from local.ports import PREFERRED, Listener, PortClaims
from local.servers.postgres import ensure_database
from local.stack.plan import DATABASES, Plan, make_plan
from local.stack.running import Stack
from local.supervision.client import ProcessInfo, ProcessState, SupervisorGone
from local.supervision.leftovers import end_leftovers
from local.supervision.lock import StackLock
from local.supervision.program import Group, Program
from local.waiting import wait_until
from shared.contracts.provenance import Source
from shared.errors import ClimateError

#: Slow machines are given time; what crashes again and again is not waited for.
START_SECONDS = 180
LAST_LINES = 12
#: A process that crashed so often while it came up will not come up.
HOPELESS_CRASHES = 3


class Teller(Protocol):
    """Tells the user what is going on."""

    def step(self, what: str) -> AbstractContextManager[None]:
        """Say what is being done while the block lasts."""

    def say(self, what: str) -> None:
        """Say something that stays on the screen."""


class NotStarted(ClimateError):
    """A process of the stack does not come up."""

    def __init__(self, name: str, log: Path) -> None:
        words = log.read_text(encoding="utf-8", errors="replace") if log.exists() else "(none)"
        last = "\n".join(words.splitlines()[-LAST_LINES:])
        super().__init__(f"{name} does not start. Its last words, from {log}:\n{last}")


@dataclass(frozen=True)
class Start:
    """How a stack is to be started.

    Attributes
    ----------
    lock : StackLock
        Held; the supervisor inherits it.
    claims : PortClaims
        The ports chosen for it; the supervisor inherits them.
    attached : bool
        Whether the stack ends with this process, whatever becomes of it.
    """

    home: Home
    lock: StackLock
    source: Source
    attached: bool
    tell: Teller
    claims: PortClaims = field(default_factory=PortClaims)

    def release(self) -> None:
        """Let go of everything after the end."""
        self.claims.release()
        self.lock.release()

    def hand_over(self) -> None:
        """Leave everything to the supervisor, which goes on alone."""
        self.claims.release()
        self.lock.hand_over()


def start_stack(start: Start) -> Stack:
    """Start everything and return when the API answers.

    Raises
    ------
    NotStarted
        A process does not come up; what was started so far is there to be stopped.
    """
    plan, stack = start_servers(start)
    with start.tell.step("Bringing the database up to date"):
        for database in DATABASES.values():
            ensure_database(plan.postgres, database)
        _migrate(plan)
    with start.tell.step("Starting the services"):
        _start(stack, plan.group(Group.SERVICES))
        _await(stack, "api", lambda: _answers(stack.record.url(Listener.API) + "/health/live"))
    return stack


def start_servers(start: Start) -> tuple[Plan, Stack]:
    """Start the supervisor, PostgreSQL and Redis; raises like `start_stack`."""
    home, tell = start.home, start.tell
    if names := end_leftovers(home):
        tell.say(f"Ended what an earlier run had left behind: {', '.join(sorted(set(names)))}.")
    plan = make_plan(home, start.source, start.claims)
    _tell_ports(plan, tell)
    if not home.postgres.exists():
        with tell.step("Setting up PostgreSQL, once"):
            plan.postgres.initialise()
    stack = _launch_supervisor(plan, start)
    with tell.step("Starting PostgreSQL and Redis"):
        _start(stack, plan.group(Group.SERVERS))
        _await(stack, "postgres", plan.postgres.is_ready)
        _await(stack, "redis", plan.redis.is_ready)
    return plan, stack


def _tell_ports(plan: Plan, tell: Teller) -> None:
    moved = {name: port for name, port in plan.record.ports.items() if port != PREFERRED[name]}
    if moved:
        changes = ", ".join(
            f"{name} {port} (not {PREFERRED[name]})" for name, port in moved.items()
        )
        tell.say(f"Other ports than usual, because those were taken: {changes}.")


def _launch_supervisor(plan: Plan, start: Start) -> Stack:
    """Start the supervisor in a session of its own, so that no terminal can signal it."""
    command = [sys.executable, "-m", "local.supervision.process", str(plan.home.configuration)]
    if start.attached:
        command.append(str(os.getpid()))
    log = plan.home.logs / "supervisor.out.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            env=plan.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=plan.home.run,
            start_new_session=True,
            pass_fds=[start.lock.descriptor, *start.claims.descriptors],
        )
    record = plan.started_by(process.pid)
    record.save(plan.home)
    stack = Stack(plan.home, record, child=process)
    wait_until(lambda: process.poll() is not None or stack.is_running(), seconds=START_SECONDS)
    if not stack.is_running():
        raise NotStarted("The supervisor", log)
    return stack


def _start(stack: Stack, programs: Iterable[Program]) -> None:
    for program in programs:
        stack.supervisor.start(program)


def _await(stack: Stack, name: str, is_ready: Callable[[], bool]) -> None:
    """Wait until a process is ready, or has crashed too often to be worth waiting for."""
    crashes: set[int] = set()

    def has_given_up() -> bool:
        process = _find(stack, name)
        if process is not None and process.state is ProcessState.BACKOFF:
            crashes.add(process.started_at)
        return process is None or len(crashes) >= HOPELESS_CRASHES

    wait_until(lambda: is_ready() or has_given_up(), seconds=START_SECONDS)
    if not is_ready():
        raise NotStarted(name, stack.home.logs / f"{name}.log")


def _find(stack: Stack, name: str) -> ProcessInfo | None:
    try:
        return next(process for process in stack.supervisor.processes() if process.name == name)
    except (SupervisorGone, StopIteration):
        return None


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success  # no proxy on the way
    except httpx.HTTPError:
        return False


def _migrate(plan: Plan) -> None:
    log = plan.home.logs / "migrate.log"
    with log.open("wb") as output:
        done = subprocess.run(
            [sys.executable, "-m", "shared"],
            env=plan.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        raise NotStarted("The migration of the database", log)

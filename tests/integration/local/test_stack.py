"""Stacks under the supervisor: side by side, killed in every way, and never leaving a trace."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from local.foreground import take_lock
from local.home import Home
from local.narration.screen import Screen
from local.servers.postgres import execute
from local.stack.plan import Plan
from local.stack.running import NothingRuns, Stack
from local.stack.starting import Start, start_servers
from local.supervision.client import ProcessInfo
from local.supervision.leftovers import find_leftovers
from local.supervision.lock import StackLock
from shared.contracts.provenance import Source
from tests.support.servers import wait_until

# A foreground process as `climate up` is one, with the servers alone.
FOREGROUND = """
import signal, sys
from pathlib import Path
from local.home import Home
from local.narration.screen import Screen
from local.stack.starting import Start, start_servers
from local.supervision.lock import StackLock
from shared.contracts.provenance import Source

home = Home(Path(sys.argv[1]))
home.prepare()
lock = StackLock(home.lock)
assert lock.acquire()
start_servers(Start(home, lock, Source.NONE, attached=True, tell=Screen()))
print("started", flush=True)
signal.pause()
"""


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of the stacks."""
    for name in [name for name in os.environ if name.startswith("CLIMATE_")]:
        monkeypatch.delenv(name)


@contextmanager
def servers_at(home: Home) -> Iterator[tuple[Plan, Stack]]:
    """Run PostgreSQL and Redis under a supervisor for as long as the block lasts."""
    home.prepare()
    lock = StackLock(home.lock)
    assert lock.acquire()
    start = Start(home, lock, Source.NONE, attached=False, tell=Screen(io.StringIO()))
    plan, stack = start_servers(start)
    try:
        yield plan, stack
    finally:
        stack.stop()
        start.release()


def process_of(stack: Stack, name: str) -> ProcessInfo:
    return next(process for process in stack.supervisor.processes() if process.name == name)


def test_two_stacks_run_side_by_side_and_leave_nothing_behind(tmp_path: Path) -> None:
    first, second = Home(tmp_path / "first home"), Home(tmp_path / "second home")
    with servers_at(first) as (plan_1, stack_1), servers_at(second) as (plan_2, stack_2):
        assert not set(stack_1.record.ports.values()) & set(stack_2.record.ports.values())
        execute(plan_1.postgres.url(), "CREATE TABLE only_in_the_first ()")
        assert execute(plan_2.postgres.url(), "SELECT to_regclass('only_in_the_first')") == [
            (None,)
        ]
    for home in (first, second):
        assert find_leftovers(home) == []
        assert not list(home.run.glob("*.pid"))
        assert not home.lock.exists()
        assert not StackLock(home.lock).is_held()


def test_stack_keeps_its_rows_and_its_ports_over_a_restart(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with servers_at(home) as (plan, stack):
        execute(plan.postgres.url(), "CREATE TABLE kept AS SELECT 42 AS answer")
        ports = stack.record.ports
    with servers_at(home) as (plan, stack):
        assert execute(plan.postgres.url(), "SELECT answer FROM kept") == [(42,)]
        assert stack.record.ports == ports


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_killed_server_is_started_again(tmp_path: Path, name: str) -> None:
    with servers_at(Home(tmp_path)) as (plan, stack):
        before = process_of(stack, name)
        os.kill(before.pid, signal.SIGKILL)
        server = plan.postgres if name == "postgres" else plan.redis
        wait_until(
            lambda: process_of(stack, name).pid not in {0, before.pid} and server.is_ready(),
            what=f"the return of {name}",
        )


def test_second_start_sees_that_the_first_is_running(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with servers_at(home):
        assert take_lock(home, Screen(io.StringIO())) is None


def test_servers_left_behind_by_a_killed_supervisor_are_ended_by_the_next_start(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path)
    with servers_at(home) as (plan, stack):
        execute(plan.postgres.url(), "CREATE TABLE kept AS SELECT 42 AS answer")
        orphans = [process_of(stack, name).pid for name in ("postgres", "redis")]
        assert stack.child is not None
        stack.child.kill()
        stack.child.wait()
        assert all(psutil.pid_exists(pid) for pid in orphans)
    with servers_at(home) as (plan, _stack):
        assert not any(psutil.pid_exists(pid) for pid in orphans)
        assert execute(plan.postgres.url(), "SELECT answer FROM kept") == [(42,)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_stack_stops_by_itself_when_its_foreground_process_is_killed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with subprocess.Popen(  # noqa: S603 - this test's own program
        [sys.executable, "-c", FOREGROUND, str(home.root)], stdout=subprocess.PIPE, text=True
    ) as foreground:
        assert foreground.stdout is not None
        assert any(line == "started\n" for line in foreground.stdout)
        Stack.running_at(home)
        foreground.kill()
    wait_until(lambda: not StackLock(home.lock).is_held(), what="the end of the stack")
    assert find_leftovers(home) == []
    with pytest.raises(NothingRuns):
        Stack.running_at(home)


def test_no_process_shows_a_secret_on_its_command_line(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with servers_at(home) as (_plan, stack):
        secrets = [path.read_text(encoding="utf-8").strip() for path in home.secrets.iterdir()]
        supervisor = psutil.Process(stack.record.supervisor_pid)
        shown = " ".join(
            word
            for process in (supervisor, *supervisor.children(recursive=True))
            for word in process.cmdline()
        )
        assert not [secret for secret in secrets if secret in shown]

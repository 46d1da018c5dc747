"""Finds and ends processes of a stack that nobody looks after any more.

They are left behind when the supervisor itself is killed. Every process of a stack carries the
stack's home in its environment; PostgreSQL, which may belong to another user, also in its command
line.
"""

import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil

from local.home import Home

#: Marks every process of a stack with the stack's home.
MARKER = "CLIMATE_STACK"

PATIENCE_SECONDS = 15


def end_leftovers(home: Home) -> list[str]:
    """End the processes left behind, gently first, and return their names."""
    found = find_leftovers(home)
    names = [_name(process) for process in found]
    for process in found:
        # PostgreSQL would wait for its clients after SIGTERM.
        _send(process, signal.SIGINT if _is_postgres(process, home) else signal.SIGTERM)
    _gone, alive = psutil.wait_procs(found, timeout=PATIENCE_SECONDS)
    for process in alive:
        _send(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=PATIENCE_SECONDS)
    _remove_stale_lock(home.postgres)
    return names


def find_leftovers(home: Home) -> list[psutil.Process]:
    """Return the processes that carry this home; this process and its parents are none."""
    ours = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [
        process
        for process in psutil.process_iter()
        if process.pid not in ours and (_is_postgres(process, home) or _is_marked(process, home))
    ]


def _is_postgres(process: psutil.Process, home: Home) -> bool:
    try:
        return str(home.postgres) in process.cmdline()
    except psutil.Error:
        return False


def _is_marked(process: psutil.Process, home: Home) -> bool:
    try:
        return process.environ().get(MARKER) == str(home.root)
    except psutil.Error:
        return False


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return str(process.pid)


def _send(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.Error):  # gone by itself, or not ours to end
        process.send_signal(number)


def _remove_stale_lock(data: Path) -> None:
    """Remove PostgreSQL's lock when its number has meanwhile gone to another program.

    After a power cut that would keep PostgreSQL from starting for no reason.
    """
    lock = data / "postmaster.pid"
    # No lock, or a number that nobody has: PostgreSQL sees that by itself.
    with suppress(OSError, ValueError, IndexError, psutil.Error):
        pid = int(lock.read_text(encoding="utf-8").split()[0])
        if "postgres" not in psutil.Process(pid).name():
            lock.unlink()

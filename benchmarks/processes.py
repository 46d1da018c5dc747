"""Servers that take part in a benchmark: started, waited for, stopped with all they started."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

_START_SECONDS = 90.0


@contextmanager
def running(
    command: list[str],
    is_ready: Callable[[], bool],
    log: Path,
    *,
    stop: signal.Signals = signal.SIGTERM,
    settings: Mapping[str, str] | None = None,
) -> Iterator[int]:
    """Run a server for as long as the block lasts; yield its process id once it is ready.

    Parameters
    ----------
    log : Path
        Where its output goes; it is shown if the server does not start.
    settings : mapping of str to str, optional
        Added to the environment.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - ours
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(settings or {})},
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"did not start:\n{log.read_text(encoding='utf-8')}")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.send_signal(stop)
        process.wait()
        # Some leave children behind that hold their port.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def answers(url: str) -> Callable[[], bool]:
    """Return what asks whether an address is answered well."""

    def ask() -> bool:
        try:
            return httpx.get(url, timeout=1, trust_env=False).is_success
        except httpx.TransportError:
            return False

    return ask

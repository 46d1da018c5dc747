"""The whole native stack as processes, driven the way its user drives it: by `climate`."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import redis
from sqlalchemy import Row, Select

from local.home import Home
from local.secrets import Secret, read_secret
from shared.adapters.database import SessionFactory, make_engine, make_session_factory

CLIMATE = Path(sys.executable).with_name("climate")

#: A training small enough for a test: one trial a family and variable.
QUICK_TRAINING = {"CLIMATE_TRAINER_TRIALS": "1", "CLIMATE_TRAINER_LONGEST_HISTORY": "P1500D"}

T = TypeVar("T")


@dataclass(frozen=True)
class NativeStack:
    """A running native stack.

    Attributes
    ----------
    home : Home
        Where it keeps everything.
    environment : dict of str to str
        What its commands and processes are given.
    """

    home: Home
    environment: dict[str, str]

    def climate(self, *arguments: str, timeout: float = 120) -> str:
        """Run a command that must succeed; return what it printed."""
        result = subprocess.run(  # noqa: S603 - our own command
            [CLIMATE, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert result.returncode == 0, f"{arguments}: {result.stdout}\n{result.stderr}"
        return result.stdout

    def status(self) -> dict[str, Any]:
        """Return what `climate status` knows."""
        found: dict[str, Any] = json.loads(self.climate("status", "--json"))
        return found

    def url(self, listener: str = "api") -> str:
        """Return the address of a process that speaks HTTP."""
        return f"http://127.0.0.1:{self.status()['ports'][listener]}"

    def get(self, path: str, **parameters: str) -> httpx.Response:
        """Ask the API."""
        return httpx.get(self.url() + path, params=parameters, timeout=30)

    def kill(self, process: str) -> None:
        """Kill a process the hard way; the supervisor starts it again."""
        (found,) = [one for one in self.status()["processes"] if one["name"] == process]
        os.kill(found["pid"], signal.SIGKILL)

    def redis(self) -> redis.Redis:
        """Return a connection to its Redis."""
        return redis.Redis.from_url(read_secret(self.home.secrets, Secret.REDIS_URL))

    @contextmanager
    def sessions(self) -> Iterator[SessionFactory]:
        """Open its database."""
        engine = make_engine(read_secret(self.home.secrets, Secret.DATABASE_URL), pool_size=1)
        try:
            yield make_session_factory(engine)
        finally:
            engine.dispose()

    def rows(self, query: Select[Any]) -> list[Row[Any]]:
        """Ask its database."""
        with self.sessions() as sessions, sessions.begin() as session:
            return list(session.execute(query).all())


@contextmanager
def native_stack(folder: Path, source: str, **settings: str) -> Iterator[NativeStack]:
    """Run a stack in a folder for as long as the block lasts.

    Parameters
    ----------
    settings
        More of its environment, such as `QUICK_TRAINING`.
    """
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("CLIMATE_")}
    stack = NativeStack(Home(folder), inherited | {"CLIMATE_HOME": str(folder)} | settings)
    stack.climate("up", "--detach", "--source", source, timeout=300)
    try:
        yield stack
    finally:
        stack.climate("down", timeout=120)


def eventually(look: Callable[[], T | None], *, what: str, within: float, pause: float = 0.5) -> T:
    """Look again and again until there is something to see; fail when there never is."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what} did not happen within {within:.0f} s"
        time.sleep(pause)
    return found

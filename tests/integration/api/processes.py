"""API processes that tests and benchmarks start, ask and stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from local.ports import any_free_port
from tests.integration.api.house import VARIABLE

# Reconciliation alone takes 5 s and a fifth more, a hint a fraction of a second.
TIMER_SECONDS = 6.0
START_SECONDS = 60.0
STOP_SECONDS = 20.0


class Api:
    """A running API process."""

    def __init__(self, port: int, pid: int) -> None:
        self.port, self.pid = port, pid
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10)

    def forecast(self) -> httpx.Response:
        """Ask for the forecast."""
        return self.client.get("/api/v1/forecast?site=marrakech")

    def epoch(self) -> int | None:
        """Return the epoch that serves the variable of these tests."""
        models: dict[str, Any] = self.forecast().json().get("models", {})
        epoch: int | None = models.get(VARIABLE.value, {}).get("epoch")
        return epoch

    def health(self) -> dict[str, Any]:
        """Return what the process says of itself."""
        found: dict[str, Any] = self.client.get("/health").json()
        return found

    def is_ready(self) -> bool:
        """Say whether the process serves."""
        try:
            return self.client.get("/health/ready").status_code == 200
        except httpx.TransportError:
            return False


def seconds_until(condition: Callable[[], bool], *, at_most: float) -> float:
    """Return how long a condition took to hold; fail the test if it took too long."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < at_most
        time.sleep(0.01)
    return time.monotonic() - start


@contextmanager
def running_api(home: Path, database_url: str, redis_url: str) -> Iterator[Api]:
    """Run `python -m api` for as long as the block lasts."""
    port = any_free_port()
    settings = {
        "CLIMATE_HOME": str(home),
        "CLIMATE_DATABASE_URL": database_url,
        "CLIMATE_REDIS_URL": redis_url,
        "CLIMATE_MLFLOW_URL": "http://127.0.0.1:9",  # nobody answers there
        "CLIMATE_API_PORT": str(port),
    }
    home.mkdir(exist_ok=True)
    with (home / "api.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "api"], env={**os.environ, **settings}, stdout=log, stderr=log
        )
    api = Api(port, process.pid)
    try:
        seconds_until(lambda: api.is_ready() or process.poll() is not None, at_most=START_SECONDS)
        yield api
    finally:
        api.client.close()
        process.send_signal(signal.SIGTERM)
        # The server ends in good order, then by the signal it was sent.
        assert process.wait(timeout=STOP_SECONDS) == -signal.SIGTERM, (home / "api.log").read_text(
            "utf-8"
        )

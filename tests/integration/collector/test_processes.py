"""The package's three processes: ticks lead to observations, and SIGTERM ends all well."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from local.ports import any_free_port
from shared.adapters.database import SessionFactory
from shared.adapters.tables import jobs, observations
from shared.contracts.jobs import JobKind
from tests.support.servers import wait_until

SECONDS_TO_STOP = 20


@contextmanager
def process(log: Path, environment: dict[str, str], *arguments: str) -> Iterator[None]:
    """Run `python -m collector` and expect it to end well when told to."""
    with log.open("wb") as output:
        started = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "collector", *arguments],
            env=os.environ | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
        assert started.poll() is None, log.read_text(encoding="utf-8")
        started.send_signal(signal.SIGTERM)
        # uvicorn ends in order and then raises the signal again, as a process should.
        assert started.wait(SECONDS_TO_STOP) in {0, -signal.SIGTERM}, log.read_text("utf-8")
    finally:
        started.kill()
        started.wait()


@pytest.mark.slow
def test_ticks_lead_to_observations(
    tmp_path: Path, sessions: SessionFactory, database_url: str, empty_redis_url: str
) -> None:
    simulator_url = f"http://127.0.0.1:{any_free_port()}"
    environment = {
        "CLIMATE_DATABASE_URL": database_url,
        "CLIMATE_REDIS_URL": empty_redis_url,
        "CLIMATE_SIMULATOR_URL": simulator_url,
        "CLIMATE_SOURCE": "simulated",
        "CLIMATE_BACKFILL_START": "2024-01-01",
    }

    def simulator_answers() -> bool:
        try:
            return httpx.get(f"{simulator_url}/health").is_success
        except httpx.TransportError:
            return False

    def job_is_done() -> bool:
        with sessions.begin() as session:
            first = (jobs.c.kind == JobKind.COLLECT, jobs.c.run == 0)
            return session.execute(select(jobs.c.state).where(*first)).scalar() == "done"

    with ExitStack() as running:
        for name in ("simulator", "scheduler"):
            running.enter_context(process(tmp_path / f"{name}.log", environment, name))
        wait_until(simulator_answers, what="the simulator's start")
        running.enter_context(process(tmp_path / "worker.log", environment))
        wait_until(job_is_done, what="the first collection")
    with sessions.begin() as session:
        days = session.execute(select(func.count()).select_from(observations)).scalar_one()
    assert days > 365

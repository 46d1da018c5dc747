"""The API as a process on a real PostgreSQL and Redis, without MLflow: it follows, it lasts."""

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
import pytest
import redis

from local.ports import any_free_port
from shared.adapters.event_stream import publish_to_stream
from tests.integration.api.house import VARIABLE, House

# Reconciliation alone takes 5 s and a fifth more, a hint a fraction of a second.
TIMER_SECONDS = 6.0
START_SECONDS = 60.0


class Api:
    """A running API process."""

    def __init__(self, port: int) -> None:
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
    api = Api(port)
    try:
        seconds_until(lambda: api.is_ready() or process.poll() is not None, at_most=START_SECONDS)
        yield api
    finally:
        api.client.close()
        process.send_signal(signal.SIGTERM)
        # The server ends in good order, then by the signal it was sent.
        assert process.wait(timeout=20) == -signal.SIGTERM, (home / "api.log").read_text("utf-8")


@pytest.fixture
def serving(house: House, home: Path, database_url: str, empty_redis_url: str) -> Iterator[Api]:
    """Return a process that serves a first champion."""
    house.observe()
    house.promote()
    with running_api(home, database_url, empty_redis_url) as api:
        seconds_until(lambda: api.epoch() is not None, at_most=TIMER_SECONDS)
        seconds_until(
            lambda: api.health()["dependencies"]["redis"]["status"] == "ok",
            at_most=TIMER_SECONDS,
        )
        yield api


def test_hint_leads_to_the_new_epoch_at_once(
    house: House, serving: Api, empty_redis_url: str
) -> None:
    event = house.promote(constant=1.0)
    with redis.Redis.from_url(empty_redis_url) as client:
        publish_to_stream(client, event)
    seconds = seconds_until(lambda: serving.epoch() == event.data["epoch"], at_most=TIMER_SECONDS)
    assert seconds < 2.0  # well below what the timer alone would take on average


def test_reconciliation_alone_leads_to_the_new_epoch(house: House, serving: Api) -> None:
    event = house.promote(constant=1.0)
    seconds_until(lambda: serving.epoch() == event.data["epoch"], at_most=TIMER_SECONDS + 2)


def test_promotion_is_served_although_redis_was_wiped(
    house: House, serving: Api, empty_redis_url: str
) -> None:
    with redis.Redis.from_url(empty_redis_url) as client:
        publish_to_stream(client, house.promote(constant=1.0))
        client.flushall()
        event = house.promote(constant=2.0)
        publish_to_stream(client, event)
    seconds_until(lambda: serving.epoch() == event.data["epoch"], at_most=TIMER_SECONDS + 2)


def test_replayed_hint_of_an_older_promotion_changes_nothing(
    house: House, serving: Api, empty_redis_url: str
) -> None:
    older, newer = house.promote(constant=1.0), house.promote(constant=2.0)
    with redis.Redis.from_url(empty_redis_url) as client:
        publish_to_stream(client, newer)
        seconds_until(lambda: serving.epoch() == newer.data["epoch"], at_most=TIMER_SECONDS + 2)
        publish_to_stream(client, older)
    before = serving.health()["last_reload_at"]
    seconds_until(
        lambda: serving.health()["dependencies"]["database"]["last_answer_at"] > before,
        at_most=TIMER_SECONDS + 2,
    )
    assert serving.epoch() == newer.data["epoch"]
    assert serving.health()["last_reload_at"] == before


def test_champion_that_cannot_be_downloaded_leaves_the_old_one_serving(
    house: House, serving: Api
) -> None:
    epoch = serving.epoch()
    event = house.promote(constant=3.0)
    house.forget_artifacts()
    refused = seconds_until(
        lambda: bool(serving.health()["sites"]["marrakech"]["refused"]), at_most=60
    )
    assert refused > 0
    health = serving.health()
    assert health["status"] == "degraded"
    assert health["sites"]["marrakech"]["refused"][VARIABLE.value]["epoch"] == event.data["epoch"]
    assert serving.epoch() == epoch
    assert serving.forecast().json()["provenance"] == "simulated"


def test_restart_without_database_and_redis_serves_what_was_served_last(
    house: House, home: Path, database_url: str, empty_redis_url: str
) -> None:
    house.observe()
    house.promote()
    with running_api(home, database_url, empty_redis_url) as api:
        seconds_until(lambda: api.epoch() is not None, at_most=TIMER_SECONDS)
        before = api.forecast().json()["daily"]
        seconds_until((home / "cache" / "serving" / "desired.json").exists, at_most=5)
    nowhere = "postgresql+psycopg2://u:p@127.0.0.1:9/climate"
    with running_api(home, nowhere, "redis://127.0.0.1:9/0") as api:
        seconds_until(lambda: api.forecast().status_code == 200, at_most=TIMER_SECONDS)
        assert api.forecast().json()["daily"] == before
        health = api.health()
        assert health["status"] == "degraded"
        assert health["dependencies"]["database"]["status"] == "failing"
        assert "127.0.0.1" not in str(api.client.get("/api/v1/decisions").json())
        assert api.client.get("/api/v1/decisions").status_code == 503
        assert api.client.get("/").status_code == 200

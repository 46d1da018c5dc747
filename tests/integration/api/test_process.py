"""The API as a process on a real PostgreSQL and Redis, without MLflow: it follows, it lasts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from shared.adapters.event_stream import publish_to_stream
from tests.integration.api.house import VARIABLE, House
from tests.integration.api.processes import TIMER_SECONDS, Api, running_api, seconds_until


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

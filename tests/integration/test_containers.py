"""The images that are deployed, run by testcontainers: what the wheels' servers do, they do."""

import pytest
import redis

from local.servers.postgres import execute
from shared.adapters.migrations import migrate
from tests.support.servers import (
    POSTGRES_IMAGE,
    REDIS_IMAGE,
    engine_has,
    postgres_in_container,
    redis_in_container,
)


def skip_without(image: str) -> None:
    """Skip the test, and say why, where the image cannot be run."""
    if not engine_has(image):
        pytest.skip(f"no Docker engine answers that has {image} or can get it")


def test_postgres_image_takes_every_migration() -> None:
    skip_without(POSTGRES_IMAGE)
    with postgres_in_container() as url:
        migrate(url)
        assert execute(url, "SELECT count(*) FROM jobs") == [(0,)]


def test_redis_image_serves_streams_behind_its_password() -> None:
    skip_without(REDIS_IMAGE)
    with redis_in_container() as url, redis.Redis.from_url(url) as client:
        client.xadd("events", {"type": "model.promoted"})
        assert client.xlen("events") == 1
        stranger = redis.Redis.from_url("redis://" + url.rpartition("@")[2])
        with stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()

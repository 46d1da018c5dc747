"""The databases the tests are given: migrated, and each test's own."""

import redis

from local.servers.postgres import execute


def test_database_is_migrated_and_starts_empty(database_url: str) -> None:
    assert execute(database_url, "SELECT count(*) FROM jobs") == [(0,)]
    execute(database_url, "CREATE TABLE left_behind ()")


def test_database_is_another_for_each_test(database_url: str) -> None:
    assert execute(database_url, "SELECT to_regclass('left_behind')") == [(None,)]


def test_redis_is_emptied_when_asked_for(empty_redis_url: str) -> None:
    with redis.Redis.from_url(empty_redis_url) as client:
        assert client.dbsize() == 0

"""The servers from the wheels: they start, refuse strangers, survive a second start, and stop."""

from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.exc import OperationalError

from local.ports import any_free_port
from local.servers.postgres import Postgres, execute
from local.servers.redis import Redis
from tests.support.servers import running


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.touch(mode=0o600)
    path.write_text("a-password-of-this-test", encoding="utf-8")
    return path


def test_postgres_keeps_its_rows_over_a_restart(tmp_path: Path, password_file: Path) -> None:
    server = Postgres(tmp_path / "data of postgres", any_free_port(), password_file, durable=False)
    with running(server, tmp_path / "log"):
        execute(server.url(), "CREATE TABLE kept AS SELECT 42 AS answer")
    with running(server, tmp_path / "log"):
        assert execute(server.url(), "SELECT answer FROM kept") == [(42,)]


def test_postgres_is_version_18_and_refuses_a_wrong_password(
    tmp_path: Path, password_file: Path
) -> None:
    server = Postgres(tmp_path / "data", any_free_port(), password_file, durable=False)
    with running(server, tmp_path / "log"):
        assert str(execute(server.url(), "SHOW server_version")[0][0]).startswith("18.")
        stranger = server.url().replace("a-password-of-this-test", "guessed")
        with pytest.raises(OperationalError, match="password authentication failed"):
            execute(stranger, "SELECT 1")


def test_redis_keeps_what_it_acknowledged_and_refuses_strangers(
    tmp_path: Path, password_file: Path
) -> None:
    server = Redis(tmp_path / 'data "of" redis', any_free_port(), password_file)
    with running(server, tmp_path / "log"), redis.Redis.from_url(server.url()) as client:
        client.set("kept", "42")
    with running(server, tmp_path / "log"):
        with redis.Redis.from_url(server.url()) as client:
            assert client.get("kept") == b"42"
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        with (
            redis.Redis(port=server.port, retry=Retry(NoBackoff(), 0)) as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.ping()


def test_no_command_line_holds_a_secret(tmp_path: Path, password_file: Path) -> None:
    postgres = Postgres(tmp_path / "p", 5432, password_file)
    broker = Redis(tmp_path / "r", 6379, password_file)
    for word in (*postgres.command(), *broker.command()):
        assert "a-password-of-this-test" not in word

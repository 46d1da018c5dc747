"""Real PostgreSQL and Redis for the tests, whatever the machine offers.

Containers of the official images where a Docker engine answers and has them, else the servers from
the Python wheels that the native stack runs; the tests are the same.
`CLIMATE_TEST_SERVERS=containers` or `=wheels` decides for one of them.
"""

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
import redis
from sqlalchemy import make_url
from testcontainers.community.postgres import PostgresContainer
from testcontainers.community.redis import RedisContainer
from testcontainers.core.config import testcontainers_config

from local.ports import any_free_port
from local.servers.postgres import USER, Postgres, execute
from local.servers.redis import Redis
from shared.adapters.migrations import migrate

START_TIMEOUT_SECONDS = 60
PULL_TIMEOUT_SECONDS = 300
POSTGRES_IMAGE = "postgres:18"
REDIS_IMAGE = "redis:7"


@cache
def uses_containers() -> bool:
    """Say whether the servers are containers; the environment may decide."""
    choice = os.environ.get("CLIMATE_TEST_SERVERS", "auto")
    if choice not in {"auto", "containers", "wheels"}:
        raise pytest.UsageError("CLIMATE_TEST_SERVERS is auto, containers or wheels")
    return choice == "containers" or (choice == "auto" and engine_has(POSTGRES_IMAGE, REDIS_IMAGE))


def engine_has(*images: str) -> bool:
    """Say whether a Docker engine answers on this machine and has these images or can get them."""
    docker = shutil.which("docker")
    return (
        docker is not None
        and _succeeds(docker, "version", "--format", "{{.Server.Version}}")
        and all(
            _succeeds(docker, "image", "inspect", image) or _succeeds(docker, "pull", image)
            for image in images
        )
    )


def _succeeds(*command: str) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands
            command, capture_output=True, check=False, timeout=PULL_TIMEOUT_SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def wait_until(condition: Callable[[], bool], *, what: str) -> None:
    """Poll a condition until it holds; fail the test when it never does."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not happen within {START_TIMEOUT_SECONDS} s")
        time.sleep(0.05)


@contextmanager
def running(server: Postgres | Redis, log: Path) -> Iterator[None]:
    """Run a server from a wheel for as long as the block lasts."""
    server.initialise()
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the server's own command
            server.command(), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        wait_until(
            lambda: process.poll() is not None or server.is_ready(), what="the server's start"
        )
        assert process.poll() is None, log.read_text(encoding="utf-8")
        yield
    finally:
        process.send_signal(server.stop_signal)
        process.wait(timeout=START_TIMEOUT_SECONDS)


def _password_file(folder: Path) -> Path:
    path = folder / "password"
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(24), encoding="utf-8")
    return path


@contextmanager
def postgres_from_wheel(folder: Path) -> Iterator[str]:
    """Run the wheel's PostgreSQL; its data need not outlive a power cut."""
    server = Postgres(folder / "data", any_free_port(), _password_file(folder), durable=False)
    with running(server, folder / "postgres.log"):
        yield server.url()


@contextmanager
def redis_from_wheel(folder: Path) -> Iterator[str]:
    """Run the wheel's Redis."""
    server = Redis(folder / "data", any_free_port(), _password_file(folder))
    with running(server, folder / "redis.log"):
        yield server.url()


@contextmanager
def postgres_in_container() -> Iterator[str]:
    """Run PostgreSQL as a container."""
    testcontainers_config.ryuk_disabled = True  # each container goes with its `with` block
    password = secrets.token_urlsafe(24)
    with PostgresContainer(
        POSTGRES_IMAGE, username=USER, password=password, dbname="postgres"
    ) as c:
        yield str(c.get_connection_url())


@contextmanager
def redis_in_container() -> Iterator[str]:
    """Run Redis as a container."""
    testcontainers_config.ryuk_disabled = True
    password = secrets.token_urlsafe(24)
    with RedisContainer(REDIS_IMAGE, password=password) as c:
        yield f"redis://:{password}@{c.get_container_host_ip()}:{c.get_exposed_port(6379)}/0"


def pytest_report_header() -> str:
    """Say which servers the tests run against."""
    return f"servers: {'containers' if uses_containers() else 'the Python wheels'}"


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a PostgreSQL server; its user may create databases."""
    folder = tmp_path_factory.mktemp("postgres")
    with postgres_in_container() if uses_containers() else postgres_from_wheel(folder) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Redis server, shared by all tests; see `empty_redis_url`."""
    folder = tmp_path_factory.mktemp("redis")
    with redis_in_container() if uses_containers() else redis_from_wheel(folder) as url:
        yield url


@pytest.fixture
def empty_redis_url(redis_url: str) -> str:
    """Address of the Redis server, emptied for this test."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    return redis_url


def database_at(server_url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def new_database(server_url: str, template: str = "template1") -> Iterator[str]:
    """Create a database for as long as the block lasts."""
    name = f"test_{secrets.token_hex(6)}"
    execute(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield database_at(server_url, name)
    finally:
        execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> Iterator[str]:
    """Name of a database with all migrations applied; copying it takes a blink."""
    with new_database(postgres_url) as url:
        migrate(url)
        name = make_url(url).database
        assert name is not None
        yield name


@pytest.fixture
def database_url(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """Address of a migrated, otherwise empty database for this test alone."""
    with new_database(postgres_url, migrated_template) as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """Address of a migrated, otherwise empty database that the tests of a module share."""
    with new_database(postgres_url, migrated_template) as url:
        yield url

"""Where the record of a replay is: a database a policy, on a private server or a given one."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from local.ports import any_free_port
from local.replay import virtual
from local.secrets import Secret, write_secret
from local.servers.postgres import Postgres, execute
from local.waiting import wait_until
from shared.adapters.database import SessionFactory, make_engine, make_session_factory
from shared.adapters.migrations import migrate
from shared.errors import ClimateError

_START_SECONDS = 60.0
_MIGRATED = "select 1 from pg_tables where tablename = 'replayed_days'"


@contextmanager
def server(home: Path) -> Iterator[str]:
    """Yield the address of the server: `CLIMATE_DATABASE_URL`'s, else a private one in `home`."""
    given = os.environ.get("CLIMATE_DATABASE_URL")
    if given:
        yield given
        return
    home.mkdir(parents=True, exist_ok=True)
    password = home / Secret.POSTGRES_PASSWORD
    if not password.exists():
        write_secret(home, Secret.POSTGRES_PASSWORD, secrets.token_urlsafe(24))
    postgres = Postgres(home / "postgres", any_free_port(), password, durable=False)
    postgres.initialise()
    _end_leftover(postgres.data)
    with (home / "postgres.log").open("ab") as log:
        # A group of its own: Ctrl-C is for the replay, which then stops the server in order.
        process = subprocess.Popen(  # noqa: S603 - our own program and arguments
            postgres.command(), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        if not wait_until(postgres.is_ready, seconds=_START_SECONDS):
            raise ClimateError(f"PostgreSQL did not start: see {home / 'postgres.log'}.")
        yield postgres.url()
    finally:
        process.send_signal(postgres.stop_signal)
        process.wait()


def _end_leftover(data: Path) -> None:
    """End the server of a replay that was killed: it holds the files."""
    lock = data / "postmaster.pid"
    try:
        os.kill(int(lock.read_text(encoding="utf-8").split()[0]), Postgres.stop_signal)
    except (OSError, ValueError, IndexError):
        return
    wait_until(lambda: not lock.exists(), seconds=_START_SECONDS)


def address_of(server_url: str, name: str) -> str:
    """Return the address of a database of a server, password included."""
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def database(server_url: str, name: str) -> Iterator[SessionFactory]:
    """Open a database under the virtual clock, made and migrated if it is new."""
    url = address_of(server_url, name)
    if (name,) not in execute(server_url, "select datname from pg_database"):
        execute(server_url, f'create database "{name}"')
    engine = make_engine(url, pool_pre_ping=False)
    try:
        if not execute(url, _MIGRATED):
            execute(url, "drop schema public cascade; create schema public")
            virtual.install(engine, name)
            engine.dispose()  # the path of functions is that of new connections
            migrate(url)
            execute(url, "create table replayed_days (day date primary key)")
        sessions = make_session_factory(engine)
        with sessions.begin() as session:
            virtual.recover(session)
        yield sessions
    finally:
        engine.dispose()

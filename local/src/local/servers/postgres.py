"""A PostgreSQL 18 server from the wheel: creates its files once, then says how to run it."""

import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from sqlalchemy import URL, NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from local.servers.unprivileged import give_away, without_root
from local.servers.wheels import POSTGRES_PROGRAMS, program
from shared.errors import ClimateError

#: The server's only user; it owns every database.
USER = "climate"

# A machine with two cores and little memory runs all services beside this one.
_SMALL_MACHINE = {
    "shared_buffers": "64MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "jit": "off",
}
_LOOPBACK_ONLY = {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
_LOGGING = {"log_line_prefix": "%m [%p] %a ", "log_min_messages": "warning"}
_THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresNotSetUp(ClimateError):
    """The files of a new PostgreSQL server could not be created."""


@dataclass(frozen=True)
class Postgres:
    """One server: where its files are, where it listens, who may enter.

    Attributes
    ----------
    data : Path
        Folder of its files; created by `initialise`.
    port : int
        TCP port on 127.0.0.1.
    password_file : Path
        File with the password of `USER`, readable by the owner alone.
    durable : bool
        Off for tests, whose data need not outlive a power cut.
    """

    data: Path
    port: int
    password_file: Path
    durable: bool = True

    #: Fast shutdown: open transactions are rolled back, then everything is on disk.
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT

    def initialise(self) -> None:
        """Create the server's files unless they are there; an interrupted attempt leaves none."""
        if (self.data / "PG_VERSION").exists():
            return
        unfinished = self.data.with_name(f"{self.data.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        give_away(unfinished)
        self._run_initdb(unfinished)
        unfinished.rename(self.data)

    def _run_initdb(self, folder: Path) -> None:
        command = [
            str(program(POSTGRES_PROGRAMS, "initdb")),
            f"--pgdata={folder}",
            f"--username={USER}",
            f"--pwfile={self.password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            # The same order of text on every operating system.
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *([] if self.durable else ["--no-sync"]),
        ]
        done = subprocess.run(  # noqa: S603 - our own program and arguments
            without_root(command), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise PostgresNotSetUp(
                f"PostgreSQL could not create its files in {folder}: {done.stderr.strip()}"
            )

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground; it holds no secret."""
        options = {"port": str(self.port), **_LOOPBACK_ONLY, **_SMALL_MACHINE, **_LOGGING}
        if not self.durable:
            options |= _THROW_AWAY
        postgres = str(program(POSTGRES_PROGRAMS, "postgres"))
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return without_root([postgres, "-D", str(self.data), *settings])

    def url(self, database: str = "postgres") -> str:
        """Return the address of one of its databases, password included."""
        return URL.create(
            "postgresql+psycopg2",
            username=USER,
            password=self.password_file.read_text(encoding="utf-8").strip(),
            host="127.0.0.1",
            port=self.port,
            database=database,
        ).render_as_string(hide_password=False)

    def is_ready(self) -> bool:
        """Say whether the server answers queries."""
        try:
            execute(self.url(), "SELECT 1")
        except OperationalError:
            return False
        return True


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    """Run one statement outside any transaction and return its rows."""
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
        connect_args={"connect_timeout": 2},
    )
    with engine.connect() as connection:
        result = connection.execute(text(statement))
        return [tuple(row) for row in result] if result.returns_rows else []


def ensure_database(server: Postgres, name: str) -> None:
    """Create a database unless it exists."""
    if (name,) not in execute(server.url(), "SELECT datname FROM pg_database"):
        execute(server.url(), f'CREATE DATABASE "{name}"')

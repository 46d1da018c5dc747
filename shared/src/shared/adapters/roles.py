"""Databases and roles: each service signs in as itself, and may write what it owns, no more.

Used by the migrations' process alone, which signs in as the owner of everything. What it is told
of a service is the very address the service is given: user, password and database are read from
it, so there is nothing to keep in step. Who writes what is read from the tables themselves.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg2.extensions import encrypt_password
from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url, text

from shared.adapters.schema import SPINE, WRITER, metadata
from shared.contracts.queues import Service

# Two processes may prepare the same server at the same time: one after the other.
_LOCK_KEY = 7_220_148


@dataclass(frozen=True)
class Role:
    """Who signs in with an address, and where.

    Attributes
    ----------
    service : Service or None
        The service it is, in the system's own database; None for one with a database of its own.
    """

    name: str
    password: str
    database: str
    service: Service | None

    @classmethod
    def of(cls, url: str, service: Service | None) -> "Role":
        """Read a role from the address a service is given.

        Raises
        ------
        ValueError
            The address names no user, no password or no database.
        """
        parts = make_url(url)
        if not (parts.username and parts.password and parts.database):
            raise ValueError("an address needs a user, a password and a database")
        return cls(parts.username, parts.password, parts.database, service)


def prepare_server(owner_url: str, roles: list[Role]) -> None:
    """Create the databases and roles that are missing, and set their passwords; safe to repeat.

    Parameters
    ----------
    owner_url : str
        Address of the system's database, which exists. Its user may create databases and roles;
        a role of the same name is left alone.
    """
    owner = make_url(owner_url)
    with _autocommit(owner_url) as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK_KEY})
        for role in roles:
            if role.name != owner.username:
                _ensure_role(connection, role)
            _ensure_database(connection, role)
            _open_database(connection, role)


def grant(engine: Engine, roles: list[Role]) -> None:
    """Let each service read everything and write what it owns, in one transaction."""
    owner = engine.url.username
    with engine.begin() as connection:
        for role in roles:
            if role.service is not None and role.name != owner:
                for statement in _grants(role.name, role.service):
                    connection.exec_driver_sql(statement)


def writable(service: Service) -> list[str]:
    """Return the tables a service may write: its own, and those every service writes."""
    return [
        table.name
        for table in metadata.sorted_tables
        if table.info[WRITER] in {SPINE, service.value}
    ]


def _grants(name: str, service: Service) -> Iterator[str]:
    role = _quoted(name)
    tables = ", ".join(map(_quoted, writable(service)))
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
    yield f"GRANT INSERT, UPDATE, DELETE ON {tables} TO {role}"


@contextmanager
def _autocommit(url: str) -> Iterator[Connection]:
    """Open a connection outside any transaction: databases cannot be created inside one."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection.execution_options(no_parameters=True)


def _ensure_role(connection: Connection, role: Role) -> None:
    exists = _finds(connection, "SELECT 1 FROM pg_roles WHERE rolname = :name", name=role.name)
    # The server is told a verifier: the password itself stands in no log of statements.
    verifier = encrypt_password(
        role.password,
        role.name,
        scope=connection.connection.driver_connection,
        algorithm="scram-sha-256",
    )
    verb = "ALTER" if exists else "CREATE"
    connection.exec_driver_sql(f"{verb} ROLE {_quoted(role.name)} LOGIN PASSWORD '{verifier}'")


def _ensure_database(connection: Connection, role: Role) -> None:
    known = "SELECT 1 FROM pg_database WHERE datname = :name"
    if _finds(connection, known, name=role.database):
        return
    name = _quoted(role.name)
    # Only a member may make somebody the owner, where the server's own user is no superuser.
    connection.exec_driver_sql(f"GRANT {name} TO CURRENT_USER")
    connection.exec_driver_sql(f"CREATE DATABASE {_quoted(role.database)} OWNER {name}")


def _open_database(connection: Connection, role: Role) -> None:
    database = _quoted(role.database)
    connection.exec_driver_sql(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    connection.exec_driver_sql(
        f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {_quoted(role.name)}"
    )


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _finds(connection: Connection, query: str, **parameters: str) -> bool:
    return connection.execute(text(query), parameters).first() is not None


#: The settings that hold the address of a service, and who signs in with it.
ADDRESSES: Mapping[str, Service | None] = {
    "collector_database_url": Service.COLLECTOR,
    "trainer_database_url": Service.TRAINER,
    "registry_gate_database_url": Service.REGISTRY_GATE,
    "api_database_url": Service.API,
    "optuna_url": None,
    "mlflow_database_url": None,
}

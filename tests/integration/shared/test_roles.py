"""Each service signs in as itself, reads everything and writes what it owns."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, NullPool, create_engine, insert, make_url, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from local.servers.postgres import execute
from shared.adapters.migrations import migrate
from shared.adapters.roles import Role, grant, prepare_server, writable
from shared.adapters.schema import metadata
from shared.adapters.sites import add_site
from shared.adapters.tables import SPINE, WRITER, sites
from shared.contracts.queues import Service
from shared.contracts.sites import DEFAULT_SITE
from tests.support.database import sessions_on
from tests.support.servers import database_at, new_database, wait_until

_OTHERS = (
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@contextmanager
def server_user(postgres_url: str, rights: str) -> Iterator[str]:
    """Create a user of the server for as long as the block lasts; yields its address."""
    name, password = f"owner_{secrets.token_hex(4)}", secrets.token_hex(8)
    execute(postgres_url, f"CREATE ROLE {name} LOGIN PASSWORD '{password}' {rights}")
    try:
        url = make_url(postgres_url).set(username=name, password=password)
        yield url.render_as_string(hide_password=False)
    finally:
        execute(postgres_url, f"DROP ROLE {name}")


@pytest.fixture
def prepared(postgres_url: str) -> Iterator[dict[str, str]]:
    """Prepare a database as an owner who is no superuser, as clouds have it: address by service."""
    mark = secrets.token_hex(4)
    with (
        server_user(postgres_url, "CREATEDB CREATEROLE") as owner,
        new_database(owner) as url,
    ):
        roles = {
            service.value: service_url(url, f"{service.value}-{mark}") for service in Service
        } | {"mlflow": service_url(url, f"mlflow-{mark}", database=f"mlflow-{mark}")}
        try:
            for _ in range(2):  # the second time changes nothing
                prepare(url, roles)
            with sessions_on(url):
                yield roles
        finally:
            execute(owner, f'DROP DATABASE IF EXISTS "mlflow-{mark}" WITH (FORCE)')
            here = database_at(postgres_url, str(make_url(url).database))
            for role in roles.values():
                name = make_url(role).username
                execute(here, f'DROP OWNED BY "{name}"')
                execute(here, f'DROP ROLE "{name}"')
            # The owner may not end what others began: their sessions take a moment to go.
            wait_until(lambda: not execute(here, _OTHERS), what="the end of all sessions")


def prepare(url: str, addresses: dict[str, str]) -> None:
    roles = [
        Role.of(address, None if name == "mlflow" else Service(name))
        for name, address in addresses.items()
    ]
    prepare_server(url, roles)
    migrate(url)
    engine = create_engine(url, poolclass=NullPool)
    grant(engine, roles)
    with sessions_on(url) as sessions, sessions.begin() as session:
        add_site(session, DEFAULT_SITE)


def service_url(url: str, name: str, database: str | None = None) -> str:
    # A password with what addresses, SQL and drivers give a meaning to.
    parts = make_url(url).set(username=name, password=f"p'%s:@/{secrets.token_hex(8)}")
    return (parts.set(database=database) if database else parts).render_as_string(
        hide_password=False
    )


@contextmanager
def signed_in(url: str) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def may_write(connection: Connection, table: str) -> bool:
    privileges = "INSERT, UPDATE, DELETE"
    asked = text("SELECT has_table_privilege(:table, p) FROM unnest(string_to_array(:p, ', ')) p")
    found = connection.execute(asked, {"table": table, "p": privileges}).scalars().all()
    assert len(set(found)) == 1, (table, found)
    return bool(found[0])


@pytest.mark.parametrize("service", Service)
def test_service_reads_everything_and_writes_its_own(
    prepared: dict[str, str], service: Service
) -> None:
    with signed_in(prepared[service]) as connection:
        for table in metadata.sorted_tables:
            connection.execute(select(table).limit(1))
            mine = table.info[WRITER] in {SPINE, service.value}
            assert may_write(connection, table.name) is mine, table.name


def test_api_is_refused_where_it_is_not_the_owner(prepared: dict[str, str]) -> None:
    with (
        signed_in(prepared[Service.API]) as connection,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        connection.execute(text("DELETE FROM promotions"))


@pytest.mark.parametrize("statement", ["CREATE TABLE mine (a int)", "DROP TABLE sites"])
def test_no_service_changes_the_shape_of_the_database(
    prepared: dict[str, str], statement: str
) -> None:
    with (
        signed_in(prepared[Service.TRAINER]) as connection,
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
    ):
        connection.execute(text(statement))


def test_mlflow_has_a_database_of_its_own_and_no_entry_to_ours(prepared: dict[str, str]) -> None:
    with signed_in(prepared["mlflow"]) as connection:
        connection.execute(text("CREATE TABLE mine (a int)"))
    ours = make_url(prepared[Service.API]).database
    assert ours is not None
    with (
        pytest.raises(OperationalError, match="permission denied"),
        signed_in(database_at(prepared["mlflow"], ours)),
    ):
        pass


def test_api_may_write_into_the_spine(prepared: dict[str, str]) -> None:
    with signed_in(prepared[Service.API]) as connection, connection.begin():
        connection.execute(select(sites).with_for_update())
        row = connection.execute(select(sites).limit(1)).mappings().one()
        connection.execute(insert(sites).values({**row, "site_id": "elsewhere"}))


def test_every_table_of_the_database_has_a_writer(database_url: str) -> None:
    found = execute(database_url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    everybody = {table for service in Service for table in writable(service)}
    assert {str(name) for (name,) in found} - {"alembic_version"} == everybody


def test_address_without_a_password_is_refused() -> None:
    with pytest.raises(ValueError, match="a password"):
        Role.of("postgresql+psycopg2://collector@postgres/climate", Service.COLLECTOR)

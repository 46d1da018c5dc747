"""The migrations: they end in exactly the tables the code speaks of, and run again harmlessly."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, pool

from shared.adapters.migrations import migrate
from shared.adapters.schema import metadata
from tests.support.servers import new_database


def test_migrated_database_is_what_the_tables_say(database_url: str) -> None:
    engine = create_engine(database_url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_two_processes_may_migrate_at_the_same_time(postgres_url: str) -> None:
    with new_database(postgres_url) as url:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(2, mp_context=spawn) as processes:
            list(processes.map(migrate, [url, url]))
        engine = create_engine(url, poolclass=pool.NullPool)
        assert set(metadata.tables) <= set(inspect(engine).get_table_names())

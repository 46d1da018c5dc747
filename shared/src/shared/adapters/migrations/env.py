"""Alembic's entry: runs the migrations in one transaction under a lock."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from shared.adapters.migrations import LOCK_KEY
from shared.adapters.schema import metadata


def _run() -> None:
    url = context.config.attributes["database_url"]
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


_run()

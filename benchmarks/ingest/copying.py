"""The limit: a bare COPY of the same rows into the same, emptied table."""

import time
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.ingest.task import WARM_UP
from shared.adapters.database import make_engine
from shared.adapters.tables import observations

_GIVEN = [column.name for column in observations.columns if column.name != "known_at"]
_NAMES = ", ".join(_GIVEN)
_MEASURED = f"SELECT {_NAMES} FROM {observations.name} WHERE site_id <> '{WARM_UP}'"  # noqa: S608 - constants


def copy_again(database_url: str, folder: Path, *, times: int = 1) -> float:
    """Take all rows out of the table, put them back by COPY, and return the least seconds of it."""
    path = folder / "rows.tsv"
    engine = make_engine(database_url)
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as found:
        cursor: Any = found  # psycopg2's, which can COPY
        cursor.execute("SET statement_timeout = 0")  # millions of rows in one statement
        with path.open("w", encoding="utf-8") as file:
            cursor.copy_expert(f"COPY ({_MEASURED}) TO STDOUT", file)
        seconds = []
        for _ in range(times):
            cursor.execute(f"TRUNCATE {observations.name} CASCADE")
            connection.commit()
            with path.open(encoding="utf-8") as file:
                started = time.perf_counter()
                cursor.copy_expert(f"COPY {observations.name} ({_NAMES}) FROM STDIN", file)
                connection.commit()
                seconds.append(time.perf_counter() - started)
    engine.dispose()
    path.unlink()
    return min(seconds)

"""The ledger of decisions and promotions: one chain of seals, appended to under one lock.

A transaction that decides takes the lock first, looks at what is champion now, appends, and holds
the lock until it commits. So decisions are made one at a time, in an order that the chain keeps,
and the numbers of events, epochs and seals all grow in the order of the commits.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, Table, func, insert, select
from sqlalchemy.orm import Session

from shared.adapters.ledger_tables import seals
from shared.adapters.seals import NO_SEAL, seal
from shared.adapters.tables import decisions, promotions

_LOCK_KEY = 7_220_149
#: The tables of the ledger by their names.
SEALED: dict[str, Table] = {table.name: table for table in (decisions, promotions)}


def lock_ledger(session: Session) -> None:
    """Let no other transaction decide until this one has ended."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK_KEY)))


def append_to_ledger(session: Session, table: Table, **values: object) -> Row[Any]:
    """Add a row to a table of the ledger and seal it; return it as the database has it."""
    lock_ledger(session)
    row = session.execute(insert(table).values(**values).returning(*table.c)).one()
    last = session.execute(select(seals).order_by(seals.c.number.desc()).limit(1)).one_or_none()
    number, previous = (last.number + 1, last.digest) if last else (1, NO_SEAL)
    content = sealed_content(number, table, row)
    session.execute(
        insert(seals).values(
            number=number,
            sealed_table=table.name,
            sealed_key=content["key"],
            digest=seal(previous, content),
        )
    )
    return row


def sealed_content(number: int, table: Table, row: Row[Any]) -> dict[str, object]:
    """Return all that the seal of a row covers."""
    columns = dict(row._mapping)  # noqa: SLF001 - its public name
    return {"number": number, "table": table.name, "key": row_key(table, row), "row": columns}


def row_key(table: Table, row: Row[Any]) -> str:
    """Return what names a row of its table."""
    (key,) = table.primary_key
    return str(getattr(row, key.name))


def sealed_rows(session: Session) -> Iterator[tuple[Row[Any], Row[Any] | None]]:
    """Yield every seal in order with the row it seals, None if that is gone."""
    rows = {
        name: {row_key(table, row): row for row in session.execute(select(table))}
        for name, table in SEALED.items()
    }
    for found in session.execute(select(seals).order_by(seals.c.number)):
        yield found, rows.get(found.sealed_table, {}).get(found.sealed_key)

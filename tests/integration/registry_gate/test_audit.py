"""The record cannot be changed, and where somebody changes it all the same, the audit finds it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Column, Table, cast, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from registry_gate.approval import conclude_as_asked
from registry_gate.rollback import roll_back
from shared.adapters.asking import ask_for_conclusion
from shared.adapters.audit import audit
from shared.adapters.database import SessionFactory
from shared.adapters.ledger_tables import seals
from shared.adapters.runner import JobRunner, Outcome
from shared.adapters.tables import decisions, events, promotions
from tests.integration.registry_gate.candidacies import VARIABLE, add_candidates, decide, promoted
from tests.support.database import SITE_ID

LEDGER = (decisions, promotions, seals)


@pytest.fixture
def record(sessions: SessionFactory) -> SessionFactory:
    """Fill the ledger with every kind of decision."""
    promoted(sessions, 3)
    with sessions.begin() as session:
        declined, approved = add_candidates(session, 2, after=3)
        decide(session, declined, "inconclusive")
        decide(session, approved, "propose", evidence={"days": [1.5, 2]})
    with sessions.begin() as session:
        asked = ask_for_conclusion(session, approved, "promote", asked_by="ada", reason="Fine.")
    runner = JobRunner(sessions, worker="test", after_commit=lambda: None)
    assert runner.run(asked, conclude_as_asked) is Outcome.DONE
    with sessions.begin() as session:
        roll_back(session, SITE_ID, VARIABLE, asked_by="review", reason="Worse.", evidence={"n": 1})
    return sessions


@contextmanager
def meddling(sessions: SessionFactory) -> Iterator[Session]:
    """Open a transaction as an owner who switches triggers and checks off; it is undone."""
    with sessions() as session:
        session.execute(text("set local session_replication_role = replica"))
        for check in ("kind_known", "outcome_known"):
            session.execute(text(f"alter table decisions drop constraint ck_decisions_{check}"))
        session.execute(text("alter table promotions drop constraint ck_promotions_kind_known"))
        session.execute(text("alter table promotions alter epoch drop identity"))
        unique = "uq_seals_sealed_table_sealed_key"
        session.execute(text(f"alter table seals drop constraint {unique}"))
        yield session
        session.rollback()


def findings(session: Session) -> tuple[str, ...]:
    return audit(session).findings


def flipped(value: Any, column: Column[Any]) -> Iterator[Any]:  # noqa: ANN401 - any column's value
    """Yield what the value becomes where one thing about it is changed."""
    if isinstance(value, datetime):
        yield value + timedelta(microseconds=1)
    elif isinstance(value, UUID):
        yield UUID(int=value.int ^ 1)
    elif isinstance(value, int):
        yield value + 1_000
    elif isinstance(value, str):
        for place in {0, len(value) // 2, len(value) - 1}:
            yield value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]
    elif value is None:
        yield {} if isinstance(column.type, JSONB) else uuid4()
    else:
        yield [*value, 0] if isinstance(value, list) else value | {"more": None, "and": 0}


def test_record_as_it_was_written_has_nothing_to_find(record: SessionFactory) -> None:
    with record.begin() as session:
        found = audit(session)
        rows = session.execute(select(seals)).all()
    assert found.findings == ()
    assert found.head.number == len(rows) == 12


@pytest.mark.parametrize("table", LEDGER, ids=lambda table: table.name)
def test_changed_value_in_any_column_of_any_row_is_found(
    record: SessionFactory, table: Table
) -> None:
    (key,) = table.primary_key
    with meddling(record) as session:
        rows = session.execute(select(table)).mappings().all()
        for row in rows:
            for column in table.columns:
                for other in flipped(row[column.name], column):
                    with session.begin_nested() as undone:
                        change = update(table).where(key == row[key.name])
                        value = cast(other, JSONB) if isinstance(other, list | dict) else other
                        session.execute(change.values({column.name: value}))
                        assert findings(session) != (), (row, column.name, other)
                        undone.rollback()


@pytest.mark.parametrize("table", LEDGER, ids=lambda table: table.name)
def test_row_that_is_gone_is_found_even_the_last(record: SessionFactory, table: Table) -> None:
    (key,) = table.primary_key
    with meddling(record) as session:
        for value in session.execute(select(key)).scalars().all():
            with session.begin_nested() as undone:
                session.execute(delete(table).where(key == value))
                assert findings(session) != (), value
                undone.rollback()


def test_last_decision_taken_out_with_its_seals_is_given_away_by_its_event(
    record: SessionFactory,
) -> None:
    with meddling(record) as session:
        for _ in range(2):  # the promotion, then the decision
            last = session.execute(select(seals).order_by(seals.c.number.desc()).limit(1)).one()
            session.execute(delete(seals).where(seals.c.number == last.number))
            table = {"decisions": decisions, "promotions": promotions}[last.sealed_table]
            (key,) = table.primary_key
            session.execute(delete(table).where(cast(key, seals.c.sealed_key.type) == last[2]))
        (finding,) = findings(session)
    assert "model.rolled_back" in finding


def test_chain_that_was_written_anew_does_not_fit_a_noted_head(record: SessionFactory) -> None:
    with record.begin() as session:
        noted = audit(session).head
        assert audit(session, noted=noted).findings == ()
    with meddling(record) as session:
        session.execute(delete(seals).where(seals.c.number == noted.number))
        found = audit(session, noted=noted).findings
    assert any("written anew" in finding for finding in found)


def test_row_that_was_slipped_in_is_found(record: SessionFactory) -> None:
    with record.begin() as session:
        last = session.execute(select(promotions)).mappings().all()[-1]
        forged = {name: value for name, value in last.items() if name != "epoch"}
        session.execute(insert(promotions).values(forged))
    with record.begin() as session:
        (finding,) = findings(session)
    assert "has no seal" in finding


@pytest.mark.parametrize("table", [*LEDGER, events], ids=lambda table: table.name)
@pytest.mark.parametrize("verb", ["delete from", "truncate"])
def test_database_lets_nobody_take_rows_away(
    record: SessionFactory, table: Table, verb: str
) -> None:
    with pytest.raises(DatabaseError, match="never changed"), record.begin() as session:
        session.execute(text(f"{verb} {table.name}{' cascade' if verb == 'truncate' else ''}"))


@pytest.mark.parametrize("table", [*LEDGER, events], ids=lambda table: table.name)
def test_database_lets_nobody_change_a_row(record: SessionFactory, table: Table) -> None:
    column = {"decisions": "reason", "promotions": "kind", "seals": "digest", "events": "subject"}
    with pytest.raises(DatabaseError, match="never changed"), record.begin() as session:
        session.execute(update(table).values({column[table.name]: "else"}))

"""What a migration takes from the version before it, which still runs while the new one comes up.

Two versions share the database during a roll-out, and after a rollback the older one is alone with
the newer shape: each step must leave whatever the version before reads and writes in place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, Inspector, inspect, text


@dataclass(frozen=True)
class Column:
    """A column as those who write rows without knowing of it, or read it, meet it."""

    kind: str
    may_be_left_out: bool


@dataclass(frozen=True)
class Table:
    """A table: its columns by name, the columns each of its rules is about, and its triggers."""

    columns: Mapping[str, Column]
    rules: Mapping[str, frozenset[str]]
    triggers: frozenset[str] = frozenset()


Shape = Mapping[str, Table]

_TRIGGERS = """
select tgname as name, relname as on_table from pg_trigger join pg_class on pg_class.oid = tgrelid
where not tgisinternal
"""


def shape_of(engine: Engine) -> Shape:
    """Read the shape of a real database."""
    inspector = inspect(engine)
    with engine.connect() as connection:
        triggers = connection.execute(text(_TRIGGERS)).all()
    return {
        name: _table(
            inspector, name, frozenset(each.name for each in triggers if each.on_table == name)
        )
        for name in inspector.get_table_names()
    }


def _table(inspector: Inspector, name: str, triggers: frozenset[str]) -> Table:
    columns = {
        each["name"]: Column(
            str(each["type"]),
            each["nullable"] or each["default"] is not None or "identity" in each,
        )
        for each in inspector.get_columns(name)
    }
    rules = dict(_unique(inspector, name))
    for check in inspector.get_check_constraints(name):
        about = frozenset(column for column in columns if column in check["sqltext"])
        rules[str(check["name"])] = about
    for key in inspector.get_foreign_keys(name):
        rules[str(key["name"])] = frozenset(key["constrained_columns"])
    return Table(columns, rules, triggers)


def _unique(inspector: Inspector, name: str) -> Iterator[tuple[str, frozenset[str]]]:
    for constraint in inspector.get_unique_constraints(name):
        yield str(constraint["name"]), frozenset(constraint["column_names"])
    for index in inspector.get_indexes(name):
        if index["unique"]:
            yield str(index["name"]), frozenset(filter(None, index["column_names"]))


def broken(before: Shape, after: Shape) -> list[str]:
    """Return, a sentence each, what the version of `before` could no longer do in `after`."""
    return [fault for name in before for fault in _of_table(name, before[name], after.get(name))]


def _of_table(name: str, before: Table, after: Table | None) -> Iterator[str]:
    if after is None:
        yield f"{name} is gone"
        return
    for column, was in before.columns.items():
        yield from _of_column(f"{name}.{column}", was, after.columns.get(column))
    for column in after.columns.keys() - before.columns.keys():
        if not after.columns[column].may_be_left_out:
            yield f"{name}.{column} is new and may not be left out"
    for rule in after.rules.keys() - before.rules.keys():
        # A rule about new columns alone says nothing to who leaves them out.
        if after.rules[rule] & before.columns.keys():
            yield f"{name} has a new rule: {rule}"
    # A trigger may refuse what was accepted, or change it.
    yield from (f"{name} has a new trigger: {each}" for each in after.triggers - before.triggers)


def _of_column(name: str, was: Column, now: Column | None) -> Iterator[str]:
    if now is None:
        yield f"{name} is gone"
    elif now.kind != was.kind:
        yield f"{name} was {was.kind} and is {now.kind}"
    elif was.may_be_left_out and not now.may_be_left_out:
        yield f"{name} may no longer be left out"

"""Every migration leaves the version before it in working order: seen on a real database."""

from collections.abc import Iterator, Mapping

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, pool

from shared.adapters.migrations import configuration, migrate
from tests.support.servers import new_database
from tests.support.upgrades import Column, Shape, Table, broken, shape_of

#: Nothing older was ever released. From here on, what is to go is first used by nobody, and taken
#: away by a release after that; this moves on when nobody runs the release any more.
FIRST_RELEASE = "0005"


def steps() -> list[str]:
    """Return every revision from the first release on, oldest first."""
    scripts = ScriptDirectory.from_config(configuration(""))
    every = [script.revision for script in scripts.walk_revisions()][::-1]
    return every[every.index(FIRST_RELEASE) :]


@pytest.fixture(scope="module")
def shapes(postgres_url: str) -> Iterator[Mapping[str, Shape]]:
    """Return the shape of the database after each step."""
    found: dict[str, Shape] = {}
    with new_database(postgres_url) as url:
        engine = create_engine(url, poolclass=pool.NullPool)
        for revision in steps():
            migrate(url, to=revision)
            found[revision] = shape_of(engine)
        yield found


@pytest.mark.parametrize("revision", steps()[1:])
def test_version_before_still_works_on_the_newer_shape(
    shapes: Mapping[str, Shape], revision: str
) -> None:
    order = steps()
    before = order[order.index(revision) - 1]
    assert broken(shapes[before], shapes[revision]) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("drop table kept", "kept is gone"),
        ("alter table kept drop column note", "kept.note is gone"),
        ("alter table kept rename column note to remark", "kept.note is gone"),
        ("alter table kept alter column n type bigint", "kept.n was INTEGER and is BIGINT"),
        ("alter table kept alter column note set not null", "kept.note may no longer be left out"),
        ("alter table kept add column x int not null", "kept.x is new and may not be left out"),
        ("alter table kept add constraint one unique (n)", "kept has a new rule: one"),
        ("create unique index one on kept (n)", "kept has a new rule: one"),
        ("alter table kept add constraint big check (n > 1)", "kept has a new rule: big"),
        (
            """alter table kept add primary key (n);
            alter table kept add constraint known foreign key (n) references kept""",
            "kept has a new rule: known",
        ),
        (
            """create trigger careful before update on kept for each row
            execute function suppress_redundant_updates_trigger()""",
            "kept has a new trigger: careful",
        ),
    ],
)
def test_step_that_takes_something_away_is_found(scratch: Engine, change: str, fault: str) -> None:
    before = shape_of(scratch)
    with scratch.begin() as connection:
        connection.exec_driver_sql(change)
    assert fault in broken(before, shape_of(scratch))


@pytest.mark.parametrize(
    "change",
    [
        "create table further (id int primary key)",
        "alter table kept add column x int",
        "alter table kept add column x int not null default 0 check (x >= 0)",
        "alter table kept alter column n drop not null",
        "create index quick on kept (n)",
    ],
)
def test_step_that_only_adds_is_accepted(scratch: Engine, change: str) -> None:
    before = shape_of(scratch)
    with scratch.begin() as connection:
        connection.exec_driver_sql(change)
    assert broken(before, shape_of(scratch)) == []


@pytest.fixture
def scratch(postgres_url: str) -> Iterator[Engine]:
    """Return a database with one table of the version before."""
    with new_database(postgres_url) as url:
        engine = create_engine(url, poolclass=pool.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql("create table kept (n int not null, note text)")
        assert shape_of(engine)["kept"] == Table(
            {
                "n": Column("INTEGER", may_be_left_out=False),
                "note": Column("TEXT", may_be_left_out=True),
            },
            {},
        )
        yield engine

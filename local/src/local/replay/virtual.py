"""The virtual clock: the database's own, since that is the one clock all services share.

A replayed database has functions of its own in the place of `clock_timestamp` and
`gen_random_uuid`, which PostgreSQL finds first. So times and ids of every row, written by whatever
code, follow from the seed, the virtual time and the step alone. A step that was interrupted is
given the same ids when it is done again.
"""

from datetime import datetime

from sqlalchemy import Engine, Integer, column, func, select, table, text
from sqlalchemy.orm import Session

_INSTALL = """
create table public.virtual_time (now timestamptz not null, step text not null);
insert into public.virtual_time values ('-infinity', '');
create sequence public.virtual_ids;
create function public.clock_timestamp() returns timestamptz stable language sql
    as 'select now from public.virtual_time';
create function public.gen_random_uuid() returns uuid volatile language sql
    as $$ select md5(step || '/' || nextval('public.virtual_ids'))::uuid
          from public.virtual_time $$;
"""
_SET = text(
    "with next as (update virtual_time set now = :now, step = :step) "
    "select setval('virtual_ids', 1, false)"
)
_NUMBERED = """
select table_name, column_name, pg_get_serial_sequence(table_name, column_name) as sequence
from information_schema.columns
where table_schema = 'public' and pg_get_serial_sequence(table_name, column_name) is not null
"""


def install(engine: Engine, database: str) -> None:
    """Give an empty database the virtual clock; to be called before it is migrated."""
    with engine.begin() as connection:
        connection.execute(text(_INSTALL))
        # Named explicitly, the system's own functions come second.
        connection.execute(
            text(f'alter database "{database}" set search_path = public, pg_catalog')
        )


def set_time(session: Session, now: datetime, *, step: str) -> None:
    """Let it be this time from the commit on, and the ids be those of this step."""
    session.execute(_SET, {"now": now, "step": f"{now.isoformat()}/{step}"})


def recover(session: Session) -> None:
    """Undo what an interruption left: jobs at work are free again, and no number is skipped."""
    session.execute(
        text(
            "update jobs set state = 'queued', attempts = attempts - 1, lease_token = null, "
            "lease_until = null where state = 'running'"
        )
    )
    for row in session.execute(text(_NUMBERED)).all():
        newest = select(func.coalesce(func.max(column(row.column_name, Integer)), 0) + 1)
        number = newest.select_from(table(row.table_name)).scalar_subquery()
        session.execute(select(func.setval(row.sequence, number, False)))  # noqa: FBT003 - SQL's

"""Reads observations, column by column: the newest revision of each day, now or at a time."""

import functools
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Row,
    Select,
    bindparam,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import BYTEA, aggregate_order_by, distinct_on
from sqlalchemy.orm import Session

from shared.adapters.database import database_now
from shared.adapters.tables import observations, sites
from shared.errors import NotEnoughData
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable

# What numpy counts days from.
_EPOCH = date(1970, 1, 1)

_Day = date | BindParameter[date]


def load_history(
    session: Session, site_id: str, *, since: date | None = None, known_at: datetime | None = None
) -> DailyHistory:
    """Return a site's history, by default as it is known now.

    Parameters
    ----------
    since : date, optional
        First day wanted.
    known_at : datetime, optional
        Leaves out every revision that came later: the history as it was known then.

    Raises
    ------
    NotEnoughData
        There is no observation at all.
    """
    ranges = None if since is None else [(since, date.max)]
    found = load_histories(session, [site_id], ranges=ranges, known_at=known_at)
    if site_id not in found:
        raise NotEnoughData("There are no observations: collect or import some first.")
    return found[site_id]


def load_histories(
    session: Session,
    site_ids: Sequence[str],
    *,
    ranges: Sequence[tuple[date, date]] | None = None,
    known_at: datetime | None = None,
) -> dict[str, DailyHistory]:
    """Return the histories of places in one query, as `load_history` does, by site id.

    Parameters
    ----------
    ranges : iterable of (first, last), optional
        Days wanted, both included; by default all.

    Returns
    -------
    dict of str to DailyHistory
        Without the places of which nothing is known.
    """
    bounds = [day for both in ranges or () for day in both]
    statement = _packed_histories(None if ranges is None else len(bounds) // 2, known_at is None)
    asked = {f"day_{n}": day for n, day in enumerate(bounds)}
    found = session.execute(statement, {"site_ids": site_ids, "known_at": known_at, **asked})
    return {row.site_id: _history_of(row) for row in found}


@functools.cache
def _packed_histories(n_ranges: int | None, is_newest: bool) -> Select[Any]:  # noqa: FBT001 - a key
    """Return the query, made once a kind: making it takes longer than answering it."""
    days = [bindparam(f"day_{n}", type_=Date) for n in range(2 * (n_ranges or 0))]
    newest = newest_revisions(
        bindparam("site_ids", expanding=True),
        ranges=None if n_ranges is None else list(zip(days[::2], days[1::2], strict=True)),
        known_at=None if is_newest else bindparam("known_at", type_=DateTime(timezone=True)),
    ).subquery()
    day = newest.c.valid_date
    return select(
        newest.c.site_id,
        _packed(func.int8send(day - _EPOCH), day).label("days"),
        *(_packed(_sent(newest.c[name.value]), day).label(name.value) for name in Variable),
    ).group_by(newest.c.site_id)


def newest_revisions(
    site_ids: Sequence[str] | BindParameter[str],
    *,
    ranges: Iterable[tuple[_Day, _Day]] | None = None,
    known_at: datetime | BindParameter[datetime] | None = None,
) -> Select[Any]:
    """Return the query of places' newest revisions, one a day, each place's days together.

    The days run backwards, as the primary key is read for the newest revision of each.
    """
    statement = (
        select(observations)
        .ext(distinct_on(observations.c.site_id, observations.c.valid_date))
        .where(observations.c.site_id.in_(site_ids))
        .order_by(
            observations.c.site_id.desc(),
            observations.c.valid_date.desc(),
            observations.c.known_at.desc(),
        )
    )
    if ranges is not None:
        wanted = [observations.c.valid_date.between(first, last) for first, last in ranges]
        statement = statement.where(or_(*wanted))
    if known_at is not None:
        statement = statement.where(observations.c.known_at <= known_at)
    return statement


def current_observations(site_id: str) -> Select[tuple[object, ...]]:
    """Return the query of a site's newest revisions, one a day, by day."""
    return (
        select(observations)
        .ext(distinct_on(observations.c.valid_date))
        .where(observations.c.site_id == site_id)
        .order_by(observations.c.valid_date, observations.c.known_at.desc())
    )


def last_observed_date(
    session: Session, site_id: str, *, known_at: datetime | None = None
) -> date | None:
    """Return the newest day of which anything is known, or was known then."""
    newest = select(func.max(observations.c.valid_date)).where(observations.c.site_id == site_id)
    if known_at is not None:
        newest = newest.where(observations.c.known_at <= known_at)
    found: date | None = session.execute(newest).scalar_one()
    return found


def known_now(session: Session, site_id: str) -> datetime:
    """Return a time at which what is known of a site stays the same, whenever it is read.

    A revision's `known_at` is the time it was written, which is before it can be read. Whoever
    writes holds the row of the site (`claim_provenance`), so this waits for those at it.
    """
    row = select(sites.c.site_id).where(sites.c.site_id == site_id)
    session.execute(row.with_for_update(read=True))
    return database_now(session)


def _packed(sent: ColumnElement[bytes], days: ColumnElement[date]) -> ColumnElement[bytes]:
    """Return the bytes of a place's days as one: as rows of text they take twenty times as long."""
    return func.string_agg(sent, aggregate_order_by(cast(b"", BYTEA), days), type_=BYTEA)


def _sent(value: ColumnElement[float]) -> ColumnElement[bytes]:
    return func.float8send(func.coalesce(value, cast("NaN", Double)), type_=BYTEA)


def _history_of(row: Row[Any]) -> DailyHistory:
    """Return the history of packed days and values, days without a row being unknown."""
    days = np.frombuffer(row.days, ">i8").astype(np.intp)
    places = days - days[0]
    values = {}
    for variable in Variable:
        values[variable] = np.full(places[-1] + 1, np.nan)
        values[variable][places] = np.frombuffer(getattr(row, variable.value), ">f8")
    return DailyHistory(_EPOCH + timedelta(days=int(days[0])), values)

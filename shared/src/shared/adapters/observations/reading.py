"""Reads observations, column by column: the newest revision of each day, now or at a time."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from shared.adapters.database import database_now
from shared.adapters.tables import observations, sites
from shared.errors import NotEnoughData
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable

_VALUES = [observations.c[variable.value] for variable in Variable]


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
    ranges: Iterable[tuple[date, date]] | None = None,
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
    statement = newest_revisions(site_ids, ranges=ranges, known_at=known_at)
    columns = [observations.c.site_id, observations.c.valid_date, *_VALUES]
    rows = session.execute(statement.with_only_columns(*columns)).all()
    return {
        site_id: _history_of([tuple(row)[1:] for row in group])
        for site_id, group in groupby(rows, key=itemgetter(0))
    }


def newest_revisions(
    site_ids: Sequence[str],
    *,
    ranges: Iterable[tuple[date, date]] | None = None,
    known_at: datetime | None = None,
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


def _history_of(rows: Sequence[tuple[Any, ...]]) -> DailyHistory:
    """Return the history of rows of day and values, days without a row being unknown."""
    days, *columns = zip(*rows, strict=True)
    dates = np.array(days, dtype="datetime64[D]")
    first = dates.min()
    places = (dates - first).astype(np.intp)
    values = {}
    for variable, column in zip(Variable, columns, strict=True):
        values[variable] = np.full(places.max() + 1, np.nan)
        values[variable][places] = np.array(column, dtype=np.float64)  # None becomes NaN
    return DailyHistory(first.item(), values)

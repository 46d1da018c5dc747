"""Reading and writing daily observations: append-only revisions, read as one history.

A day that is offered again writes a new revision only if a value has changed; a missing value
never overwrites a known one. What was known at a time is the newest revision up to that time.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import (
    Date,
    Double,
    Select,
    and_,
    bindparam,
    column,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.orm import Session

from shared.adapters.database import database_now
from shared.adapters.sites import claim_provenance
from shared.adapters.tables import observations, sites
from shared.contracts.provenance import Provenance
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable

DayValues = Mapping[Variable, float | None]

_VARIABLES = tuple(Variable)


def store_observations(
    session: Session,
    site_id: str,
    days: Mapping[date, DayValues],
    *,
    provenance: Provenance,
    final_until: date,
) -> list[date]:
    """Store what is new or changed of a site's days; return those days, sorted.

    Parameters
    ----------
    days : mapping of date to values
        UTC days; a variable that is missing, None or NaN is unknown.
    final_until : date
        Days up to this one will not be revised by the source any more.

    Raises
    ------
    ProvenanceConflict
        The site's observations come from elsewhere; nothing is written.
    """
    claim_provenance(session, site_id, provenance)
    if not days:
        return []
    written = session.execute(
        insert(observations)
        .from_select(["site_id", "valid_date", "is_final", *_VARIABLES], _revisions(site_id))
        .returning(observations.c.valid_date),
        _as_arrays(days, final_until),
    )
    return sorted(written.scalars())


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
    """
    statement = current_observations(site_id)
    if since is not None:
        statement = statement.where(observations.c.valid_date >= since)
    if known_at is not None:
        statement = statement.where(observations.c.known_at <= known_at)
    rows = session.execute(statement)
    return DailyHistory.from_days(
        {row.valid_date: {v: getattr(row, v.value) for v in _VARIABLES} for row in rows}
    )


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


def _revisions(site_id: str) -> Select[tuple[object, ...]]:
    """Return the rows to append: days unknown so far, and days of which a value has changed."""
    offered = (
        func.unnest(
            bindparam("dates", type_=ARRAY(Date)),
            bindparam("finals", type_=ARRAY(Double)),
            *(bindparam(v.value, type_=ARRAY(Double)) for v in _VARIABLES),
        )
        .table_valued(
            column("valid_date", Date),
            column("final", Double),
            *(column(v.value, Double) for v in _VARIABLES),
        )
        .render_derived()
        .alias("offered")
    )
    known = current_observations(site_id).subquery("known")
    merged = [
        func.coalesce(offered.c[v.value], known.c[v.value]).label(v.value) for v in _VARIABLES
    ]
    is_final = or_(offered.c.final == 1, func.coalesce(known.c.is_final, literal(False)))  # noqa: FBT003 - SQL's literal
    changed = tuple_(*merged).is_distinct_from(tuple_(*(known.c[v.value] for v in _VARIABLES)))
    becomes_final = and_(offered.c.final == 1, ~known.c.is_final)
    return (
        select(literal(site_id), offered.c.valid_date, is_final, *merged)
        .select_from(offered.outerjoin(known, known.c.valid_date == offered.c.valid_date))
        .where(or_(known.c.valid_date.is_(None), changed, becomes_final))
    )


def _as_arrays(days: Mapping[date, DayValues], final_until: date) -> dict[str, list[object]]:
    arrays: dict[str, list[object]] = {
        "dates": list(days),
        "finals": [float(day <= final_until) for day in days],
    }
    for variable in _VARIABLES:
        arrays[variable.value] = _known(values.get(variable) for values in days.values())
    return arrays


def _known(values: Iterable[float | None]) -> list[object]:
    return [None if value is None or math.isnan(value) else float(value) for value in values]

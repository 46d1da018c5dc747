"""Reading and writing guidance: append-only revisions, read as one table of reference dates.

A reference date the source had nothing for is kept as empty rows, so that it is known to have been
asked for. A missing value never overwrites a known one.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy import Row, Select, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from shared.adapters.tables import guidance
from shared.forecasting.arrays import BoolArray, DateArray, FloatArray
from shared.forecasting.inputs.guidance import Guidance
from shared.forecasting.variables import FORECAST_VARIABLES, LEAD_DAYS

_VALUES = [variable.value for variable in FORECAST_VARIABLES]


def store_guidance(session: Session, site_id: str, offered: Guidance) -> list[date]:
    """Store what is new or changed of a site's guidance; return those reference dates, sorted."""
    dates = np.datetime64(offered.first_date, "D") + np.arange(offered.n_dates)
    shape = (offered.n_dates, len(LEAD_DAYS))
    new = np.stack([offered.values.get(v, np.full(shape, np.nan)) for v in FORECAST_VARIABLES])
    known, exists = _known_on(session, site_id, dates)
    merged = np.where(np.isnan(new), known, new)
    same = ((merged == known) | (np.isnan(merged) & np.isnan(known))).all(axis=0) & exists
    rows = [
        {"site_id": site_id, "reference_date": dates[day].item(), "lead": LEAD_DAYS[lead]}
        | dict(zip(_VALUES, _nullable(merged[:, day, lead]), strict=True))
        for day, lead in np.argwhere(~same).tolist()
    ]
    if rows:
        session.execute(insert(guidance), rows)
    return sorted({row["reference_date"] for row in rows})


def load_guidance(
    session: Session, site_id: str, *, since: date | None = None, known_at: datetime | None = None
) -> Guidance | None:
    """Return a site's guidance as it is known now, or was known then; None if there is none.

    Parameters
    ----------
    since : date, optional
        First reference date wanted.
    known_at : datetime, optional
        Leaves out every revision that came later.
    """
    statement = _newest(site_id)
    if since is not None:
        statement = statement.where(guidance.c.reference_date >= since)
    if known_at is not None:
        statement = statement.where(guidance.c.known_at <= known_at)
    rows = session.execute(statement).all()
    if not rows:
        return None
    first = rows[0].reference_date
    table, _ = _table_of(rows, first, (rows[-1].reference_date - first).days + 1)
    return Guidance(first, dict(zip(FORECAST_VARIABLES, table, strict=True)))


def _newest(site_id: str) -> Select[Any]:
    columns = (guidance.c.reference_date, guidance.c.lead)
    return (
        select(*columns, *(guidance.c[name] for name in _VALUES))
        .ext(distinct_on(*columns))
        .where(guidance.c.site_id == site_id)
        .order_by(*columns, guidance.c.known_at.desc())
    )


def _known_on(session: Session, site_id: str, dates: DateArray) -> tuple[FloatArray, BoolArray]:
    first, last = dates[0].item(), dates[-1].item()
    rows = session.execute(
        _newest(site_id).where(guidance.c.reference_date.between(first, last))
    ).all()
    return _table_of(rows, first, dates.size)


def _table_of(rows: Sequence[Row[Any]], first: date, n_dates: int) -> tuple[FloatArray, BoolArray]:
    """Return values of shape (n_variables, n_dates, 7), and where there is a row at all."""
    table = np.full((len(_VALUES), n_dates, len(LEAD_DAYS)), np.nan)
    exists = np.zeros((n_dates, len(LEAD_DAYS)), dtype=bool)
    if rows:
        days, leads, *columns = zip(*rows, strict=True)
        places = np.array([(day - first).days for day in days])
        at = (places, np.array(leads) - LEAD_DAYS[0])
        table[:, at[0], at[1]] = np.array(columns, dtype=np.float64)  # None becomes NaN
        exists[at] = True
    return table, exists


def _nullable(values: FloatArray) -> list[float | None]:
    return [None if np.isnan(value) else value for value in values.tolist()]

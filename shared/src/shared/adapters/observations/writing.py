"""Writes observations: whole histories at a time, of which only what is new or changed is stored.

What is stored already is compared in memory, column by column, and the revisions are appended by
one COPY: for a place of which nothing is known yet, that is all there is to do.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from itertools import groupby
from operator import itemgetter
from typing import Any, Self

import numpy as np
from sqlalchemy.orm import Session

from shared.adapters.observations.copying import copy_file, copy_rows
from shared.adapters.observations.reading import newest_revisions
from shared.adapters.sites import claim_provenance
from shared.adapters.tables import observations
from shared.contracts.provenance import Provenance
from shared.forecasting.arrays import BoolArray, DateArray, FloatArray
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable

DayValues = Mapping[Variable, float | None]

_VARIABLES = tuple(Variable)
_COLUMNS = ["site_id", "valid_date", "is_final", *(variable.value for variable in _VARIABLES)]
_COPY = f"COPY {observations.name} ({', '.join(_COLUMNS)}) FROM STDIN WITH (FORMAT binary)"


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
    if not days:
        claim_provenance(session, site_id, provenance)
        return []
    offers = {site_id: DailyHistory.from_days(days)}
    changed = store_histories(session, offers, provenance=provenance, final_until=final_until)
    return changed[site_id]


def store_histories(
    session: Session,
    offers: Mapping[str, DailyHistory],
    *,
    provenance: Provenance,
    final_until: date,
    withdrawn: Mapping[str, DailyHistory] | None = None,
) -> dict[str, list[date]]:
    """Store what is new or changed of places' histories; return the changed days of each, sorted.

    Parameters
    ----------
    offers : mapping of site id to DailyHistory
        NaN is unknown and never overwrites a value.
    final_until : date
        Days up to this one will not be revised by the source any more.
    withdrawn : mapping of site id to DailyHistory, optional
        Values that are believed no longer: where one of them is stored, it becomes missing.

    Raises
    ------
    ProvenanceConflict
        The observations of one of the places come from elsewhere; nothing is written.
    SiteUnknown
        There is no such place.
    """
    for site_id in sorted(offers):  # in one order, so that two writers never wait for each other
        claim_provenance(session, site_id, provenance)
    known = _load_known(session, offers)
    changed, rows = {}, []
    for site_id, history in offers.items():
        revisions = _revisions(
            _Days.of(history),
            known.get(site_id),
            final=history.dates <= np.datetime64(final_until, "D"),
            withdrawn=(withdrawn or {}).get(site_id),
        )
        changed[site_id] = revisions.dates.tolist()
        rows.append(copy_rows(site_id, revisions.dates, revisions.is_final, revisions.values))
    _copy(session, rows)
    return changed


@dataclass(frozen=True)
class _Days:
    """Days of a place as a table.

    Attributes
    ----------
    dates : ndarray of shape (n_days,)
    values : ndarray of shape (n_variables, n_days)
        NaN where nothing is known.
    is_final : ndarray of shape (n_days,)
    """

    dates: DateArray
    values: FloatArray
    is_final: BoolArray

    @classmethod
    def of(cls, history: DailyHistory) -> Self:
        """Return the days of a history, none of them final."""
        values = np.stack([history.column(variable) for variable in _VARIABLES])
        return cls(history.dates, values, np.zeros(history.n_days, dtype=bool))

    def __getitem__(self, chosen: BoolArray) -> "_Days":
        return _Days(self.dates[chosen], self.values[:, chosen], self.is_final[chosen])


def _load_known(session: Session, offers: Mapping[str, DailyHistory]) -> dict[str, _Days]:
    """Return what is stored of the days on offer, by place; without places that have none."""
    spans = {(history.first_date, history.last_date) for history in offers.values()}
    span = (min(first for first, _ in spans), max(last for _, last in spans))
    columns = [observations.c[name] for name in _COLUMNS]
    statement = newest_revisions(list(offers), ranges=[span]).with_only_columns(*columns)
    rows = session.execute(statement).all()
    return {site_id: _to_days(group) for site_id, group in groupby(rows, key=itemgetter(0))}


def _to_days(rows: Iterable[Sequence[Any]]) -> _Days:
    _, dates, finals, *columns = zip(*rows, strict=True)
    values = np.array(columns, dtype=np.float64)  # None becomes NaN
    return _Days(np.array(dates, dtype="datetime64[D]"), values, np.array(finals, dtype=bool))


def _revisions(
    offered: _Days, known: _Days | None, *, final: BoolArray, withdrawn: DailyHistory | None
) -> _Days:
    """Return the rows to append: days unknown so far, and days of which something has changed."""
    stored, exists = _aligned(known, offered.dates)
    values = np.where(np.isnan(offered.values), stored.values, offered.values)
    if withdrawn is not None:
        unbelieved = np.stack([withdrawn.on(variable, offered.dates) for variable in _VARIABLES])
        values = np.where(values == unbelieved, np.nan, values)
    has_changed = ~_equal(values, stored.values).all(axis=0)
    becomes_final = exists & final & ~stored.is_final
    return _Days(offered.dates, values, final | stored.is_final)[has_changed | becomes_final]


def _aligned(known: _Days | None, dates: DateArray) -> tuple[_Days, BoolArray]:
    """Return what is known of consecutive dates, and which of them are known at all."""
    values = np.full((len(_VARIABLES), dates.size), np.nan)
    is_final, exists = np.zeros(dates.size, dtype=bool), np.zeros(dates.size, dtype=bool)
    if known is not None:
        places = (known.dates - dates[0]).astype(np.intp)
        inside = (places >= 0) & (places < dates.size)
        values[:, places[inside]] = known.values[:, inside]
        is_final[places[inside]] = known.is_final[inside]
        exists[places[inside]] = True
    return _Days(dates, values, is_final), exists


def _equal(left: FloatArray, right: FloatArray) -> BoolArray:
    equal: BoolArray = (left == right) | (np.isnan(left) & np.isnan(right))
    return equal


def _copy(session: Session, rows: Iterable[bytes]) -> None:
    content = b"".join(rows)
    if content:
        cursor: Any = session.connection().connection.cursor()  # psycopg2's, which can COPY
        with closing(cursor):
            cursor.copy_expert(_COPY, BytesIO(copy_file(content)))

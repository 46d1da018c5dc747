"""Reads the scores of a site and variable as arrays, one row a day."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from shared.adapters.verification_tables import scores
from shared.forecasting.arrays import FloatArray
from shared.forecasting.variables import LEAD_DAYS, Variable
from shared.forecasting.verification import ScoredForecasts, Verified

_ARRAYS = ("value", "crps", "inside_80", "inside_95", "probability")
_NONE = [None] * len(LEAD_DAYS)

K = TypeVar("K", bound=Hashable)


def load_verified(
    session: Session,
    site_id: str,
    variable: Variable,
    *,
    since: date | None = None,
    until: date | None = None,
) -> Verified:
    """Return what was forecast for the days of a window, both ends included, and what came."""
    statement = select(scores).where(scores.c.site_id == site_id, scores.c.variable == variable)
    if since is not None:
        statement = statement.where(scores.c.valid_date >= since)
    if until is not None:
        statement = statement.where(scores.c.valid_date <= until)
    rows = session.execute(statement.order_by(scores.c.valid_date, scores.c.scored_at)).all()
    days = sorted({row.valid_date for row in rows})
    place = {day: number for number, day in enumerate(days)}
    observed, is_final = np.full(len(days), np.nan), np.zeros(len(days), dtype=bool)
    for row in rows:
        observed[place[row.valid_date]] = row.observed
        is_final[place[row.valid_date]] = row.is_final
    return Verified(
        variable=variable,
        dates=np.array(days, dtype="datetime64[D]"),
        observed=observed,
        is_final=is_final,
        by_issuer=_grouped(rows, place, _issuer),
        by_candidate=_grouped([row for row in rows if row.candidate_id], place, _candidate),
    )


def _issuer(row: Row[Any]) -> str:
    return str(row.issuer)


def _candidate(row: Row[Any]) -> UUID:
    candidate_id: UUID = row.candidate_id
    return candidate_id


def _grouped(
    rows: Sequence[Row[Any]], place: dict[date, int], key: Callable[[Row[Any]], K]
) -> dict[K, ScoredForecasts]:
    groups: dict[K, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return {name: _arrays(group, place) for name, group in groups.items()}


def _arrays(rows: Sequence[Row[Any]], place: dict[date, int]) -> ScoredForecasts:
    at = np.array([place[row.valid_date] for row in rows])
    return ScoredForecasts(*(_table(rows, name, at, len(place)) for name in _ARRAYS))


def _table(rows: Sequence[Row[Any]], name: str, at: Any, n_days: int) -> FloatArray:  # noqa: ANN401 - places
    """Return an array by day; of several rows for a day each lead is that of the last with it."""
    table = np.full((n_days, len(LEAD_DAYS)), np.nan)
    given = np.array([getattr(row, name) or _NONE for row in rows], dtype=np.float64)
    for number, row in zip(at.tolist(), given, strict=True):
        table[number] = np.where(np.isnan(row), table[number], row)
    return table

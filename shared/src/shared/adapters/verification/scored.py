"""Reads the scores of a site and variable as arrays, one row a day.

A review looks back more than a year every day, a report at all there is. So the database packs
them: of each issuer and model comes one row, with the numbers of all its days as bytes. Number by
number, in text, they took most of the time of a review.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, TextClause, text
from sqlalchemy.orm import Session

from shared.forecasting.arrays import BoolArray, DateArray, FloatArray
from shared.forecasting.variables import LEAD_DAYS, Variable
from shared.forecasting.verification import ScoredForecasts, Verified

_N_LEADS = len(LEAD_DAYS)
# In the order of `ScoredForecasts`.
_ARRAYS = {
    "value": "value",
    "crps": "crps",
    "inside_80": "inside_80::int[]",
    "inside_95": "inside_95::int[]",
    "probability": "probability",
}
# What `array_send` makes of seven numbers: its header, then each number after its length.
_SENT = np.dtype([("header", "V20"), ("leads", [("length", ">i4"), ("number", ">f8")], _N_LEADS)])


def _packed(expression: str) -> str:
    """Return the bytes of a group's arrays, day by day; what is null becomes NaN."""
    whole = f"coalesce({expression}::float8[], array_fill('NaN'::float8, array[{_N_LEADS}]))"
    return f"string_agg(array_send(array_replace({whole}, null, 'NaN')), '' order by valid_date)"


def _reading(names: Iterable[str], *, which: str) -> TextClause:
    """Return the query of some of the arrays, of the rows that fulfil a condition."""
    packed = (f"{_packed(_ARRAYS[name])} as {name}" for name in names)
    return text(
        f"""
select issuer, candidate_id,
       string_agg(int8send(valid_date - date '1970-01-01'), '' order by valid_date) as days,
       string_agg(timestamptz_send(scored_at), '' order by valid_date) as scored_at,
       string_agg(float8send(observed), '' order by valid_date) as observed,
       string_agg(boolsend(is_final), '' order by valid_date) as is_final,
       {", ".join(packed)}
from scores
where {_ASKED} and ({which})
group by issuer, candidate_id
order by issuer, candidate_id
"""  # noqa: S608 - made of the names of our own columns
    )


_ASKED = "site_id = :site_id and variable = :variable and valid_date between :since and :until"
_READ = _reading(_ARRAYS, which="true")
# Values and probabilities are all that errors are made of.
_COMPARE = _reading(
    ("value", "probability"),
    which=f"""
    issuer = any(:issuers) or candidate_id = any(cast(:candidates as uuid[]))
    or valid_date >= (
        select min(valid_date) from (
            select distinct valid_date from scores where {_ASKED}
            order by valid_date desc limit :newest_days
        ) as newest
    )
""",  # noqa: S608 - as above
)

K = TypeVar("K", bound=Hashable)
_Times = NDArray[np.int64]


def load_verified(
    session: Session,
    site_id: str,
    variable: Variable,
    *,
    since: date = date.min,
    until: date = date.max,
) -> Verified:
    """Return what was forecast for the days of a window, both ends included, and what came."""
    asked = {"site_id": site_id, "variable": variable.value, "since": since, "until": until}
    return _verified(variable, session.execute(_READ, asked))


def load_compared(  # noqa: PLR0913 - what is asked for, all by keyword
    session: Session,
    site_id: str,
    variable: Variable,
    *,
    since: date,
    until: date,
    issuers: Sequence[str],
    candidates: Sequence[UUID],
    newest_days: int,
) -> Verified:
    """Return what it takes to compare errors: a fraction of what `load_verified` reads.

    CRPS and coverage are NaN.

    Parameters
    ----------
    issuers, candidates : sequence
        Those that are wanted on all days of the window.
    newest_days : int
        So many of the newest days of the window are wanted of everybody.
    """
    asked = {"site_id": site_id, "variable": variable.value, "since": since, "until": until}
    wanted = {"issuers": list(issuers), "candidates": [str(one) for one in candidates]}
    rows = session.execute(_COMPARE, asked | wanted | {"newest_days": newest_days})
    return _verified(variable, rows)


def _verified(variable: Variable, rows: Iterable[Row[Any]]) -> Verified:
    found = [_Scores.of(row) for row in rows]
    together = _Scores.together(found)
    dates = np.unique(together.days)
    at = np.searchsorted(dates, together.days)
    observed, is_final = np.full(dates.size, np.nan), np.zeros(dates.size, dtype=bool)
    observed[at], is_final[at] = together.observed, together.is_final
    return Verified(
        variable=variable,
        dates=dates,
        observed=observed,
        is_final=is_final,
        by_issuer=_grouped(((one.issuer, one) for one in found), dates),
        by_candidate=_grouped(
            ((one.candidate_id, one) for one in found if one.candidate_id is not None), dates
        ),
    )


@dataclass(frozen=True, eq=False)
class _Scores:
    """Scores in order of their days, of one day in the order they were made."""

    issuer: str
    candidate_id: Any
    days: DateArray
    scored_at: _Times
    observed: FloatArray
    is_final: BoolArray
    arrays: FloatArray  # of shape (5, n, 7)

    @classmethod
    def of(cls, row: Row[Any]) -> "_Scores":
        """Return the scores of an issuer and model, as the database packed them."""
        return cls(
            row.issuer,
            row.candidate_id,
            np.frombuffer(row.days, ">i8").astype("datetime64[D]"),
            np.frombuffer(row.scored_at, ">i8").astype(np.int64),
            np.frombuffer(row.observed, ">f8").astype(np.float64),
            np.frombuffer(row.is_final, np.bool_),
            np.stack([_unpacked(row, name) for name in _ARRAYS]),
        )

    @classmethod
    def together(cls, parts: Sequence["_Scores"]) -> "_Scores":
        """Return the scores of several issuers or models as if they were of one."""
        if not parts:
            return _NOTHING
        days = np.concatenate([one.days for one in parts])
        scored_at = np.concatenate([one.scored_at for one in parts])
        order = np.lexsort((scored_at, days))
        return cls(
            parts[0].issuer,
            parts[0].candidate_id,
            days[order],
            scored_at[order],
            np.concatenate([one.observed for one in parts])[order],
            np.concatenate([one.is_final for one in parts])[order],
            np.concatenate([one.arrays for one in parts], axis=1)[:, order],
        )

    def on(self, dates: DateArray) -> ScoredForecasts:
        """Return arrays by day; of several forecasts for a day and lead the last one counts."""
        at = np.searchsorted(dates, self.days)
        tables = np.full((len(_ARRAYS), dates.size, _N_LEADS), np.nan)
        for table, given in zip(tables, self.arrays, strict=True):
            row, lead = np.nonzero(~np.isnan(given))
            table[at[row], lead] = given[row, lead]
        return ScoredForecasts(*tables)


_NOTHING = _Scores(
    issuer="",
    candidate_id=None,
    days=np.empty(0, "datetime64[D]"),
    scored_at=np.empty(0, np.int64),
    observed=np.empty(0),
    is_final=np.empty(0, dtype=bool),
    arrays=np.empty((len(_ARRAYS), 0, _N_LEADS)),
)


def _unpacked(row: Row[Any], name: str) -> FloatArray:
    """Return an array of a row, NaN if it was not asked for."""
    packed = row._mapping.get(name)  # noqa: SLF001 - its public name
    if packed is None:
        return np.full((np.frombuffer(row.days, ">i8").size, _N_LEADS), np.nan)
    numbers: FloatArray = np.frombuffer(packed, _SENT)["leads"]["number"].astype(np.float64)
    return numbers


def _grouped(named: Iterable[tuple[K, _Scores]], dates: DateArray) -> dict[K, ScoredForecasts]:
    groups: dict[K, list[_Scores]] = defaultdict(list)
    for name, one in named:
        groups[name].append(one)
    return {name: _Scores.together(group).on(dates) for name, group in groups.items()}

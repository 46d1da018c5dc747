"""Which share of the days is there: by variable and window, and month by month."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import CTE, Date, Row, Select, case, cast, func, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import LateralFromClause

from shared.adapters.data_quality.asked import Expected, asking, spans
from shared.adapters.tables import observations
from shared.forecasting.variables import Variable

#: The windows completeness is told of, in days up to the newest expected one; None: all of them.
Windows = tuple[int | None, ...]
WINDOWS: Windows = (30, 365, None)


@dataclass(frozen=True)
class Window:
    """What is there of some days.

    Attributes
    ----------
    days : int
        How many days there should be; never more than since the first one.
    observed_days : int
        On how many of them anything is known.
    known : mapping of Variable to int
        On how many of them each variable is.
    """

    days: int
    observed_days: int
    provisional_days: int
    known: Mapping[Variable, int]

    @property
    def shares(self) -> dict[Variable, float]:
        """The share of the days on which each variable is known, 0 to 1."""
        return {variable: known / self.days for variable, known in self.known.items()}

    def completeness(self, variables: tuple[Variable, ...]) -> float:
        """Return the mean share of some variables, 0 to 1; 0 of none."""
        shares = [self.shares[variable] for variable in variables]
        return sum(shares) / len(shares) if shares else 0.0


@dataclass(frozen=True)
class Coverage:
    """How far the observations of a site reach, and how full they are.

    Attributes
    ----------
    variables : tuple of Variable
        Those the site has, in the longest window; one never observed there is not missing.
    windows : mapping of int or None to Window
        By their lengths, those that were asked for.
    """

    first_date: date
    last_date: date
    variables: tuple[Variable, ...]
    windows: Mapping[int | None, Window]

    def completeness(self, window: int | None) -> float:
        """Return the mean share of the site's variables over a window, 0 to 1."""
        return self.windows[window].completeness(self.variables)


@dataclass(frozen=True)
class Month:
    """What is there of a calendar month, as far as it lies within the span of the site.

    Attributes
    ----------
    month : date
        Its first day.
    """

    month: date
    window: Window


def coverage(
    session: Session, expected: Expected, *, windows: Windows = WINDOWS
) -> dict[str, Coverage]:
    """Return the coverage of each site that has observations, by site id.

    Parameters
    ----------
    windows : tuple of int or None
        Those wanted of `WINDOWS`; without `None` it need not look at every day there is.
    """
    longest = None if None in windows else max(filter(None, windows))
    rows: dict[str, list[Row[Any]]] = {}
    for row in session.execute(_by_window(longest), asking(expected)):
        rows.setdefault(row.site_id, []).append(row)
    return {site_id: _to_coverage(found, windows) for site_id, found in rows.items()}


def months(session: Session, expected: Expected) -> dict[str, list[Month]]:
    """Return the months of each site that has observations, from its first to its newest day."""
    rows: dict[str, dict[date, Row[Any]]] = {}
    for row in session.execute(_by_month(), asking(expected)):
        rows.setdefault(row.site_id, {})[row.month] = row
    return {site_id: _to_months(found) for site_id, found in rows.items()}


def _by_window(longest: int | None) -> Select[Any]:
    """Count days by the smallest window they lie in; larger ones are sums of smaller ones."""
    span = spans()
    current = _current(span, longest)
    age = span.c.until - current.c.valid_date
    lengths = [length for length in WINDOWS if length is not None]
    smallest = case(*((age < length, length) for length in lengths), else_=None)
    return (
        select(*span.c, smallest.label("smallest_window"), *_counts(current))
        .select_from(span.join(current, true()))
        .group_by(*span.c, smallest)
    )


def _by_month() -> Select[Any]:
    span = spans()
    current = _current(span, None)
    month = cast(func.date_trunc("month", current.c.valid_date), Date)
    return (
        select(*span.c, month.label("month"), *_counts(current))
        .select_from(span.join(current, true()))
        .group_by(*span.c, month)
        .order_by(span.c.site_id, month)
    )


def _current(span: CTE, longest: int | None) -> LateralFromClause:
    """Return the newest revision of every day, read off the primary key without sorting."""
    theirs = observations.c.site_id == span.c.site_id
    if longest is not None:
        theirs &= observations.c.valid_date > span.c.until - longest
    return (
        select(observations)
        .ext(distinct_on(observations.c.valid_date))
        .where(theirs)
        .order_by(observations.c.valid_date.desc(), observations.c.known_at.desc())
        .lateral("current")
    )


def _counts(current: LateralFromClause) -> list[Any]:
    return [
        func.count().label("observed_days"),
        func.count().filter(~current.c.is_final).label("provisional_days"),
        *(func.count(current.c[variable.value]).label(variable.value) for variable in Variable),
    ]


def _to_coverage(rows: Sequence[Row[Any]], lengths: Windows) -> Coverage:
    first, until = rows[0].first_date, rows[0].until
    span = (until - first).days + 1
    windows = {
        length: _window(
            [row for row in rows if _lies_within(row.smallest_window, length)],
            span if length is None else min(length, span),
        )
        for length in lengths
    }
    widest = windows[lengths[-1]]
    return Coverage(
        first_date=first,
        last_date=rows[0].last_date,
        variables=tuple(variable for variable in Variable if widest.known[variable]),
        windows=windows,
    )


def _lies_within(smaller: int | None, window: int | None) -> bool:
    return window is None or (smaller is not None and smaller <= window)


def _window(rows: Sequence[Row[Any]], days: int) -> Window:
    return Window(
        days=days,
        observed_days=sum(row.observed_days for row in rows),
        provisional_days=sum(row.provisional_days for row in rows),
        known={
            variable: sum(getattr(row, variable.value) for row in rows) for variable in Variable
        },
    )


def _to_months(rows: Mapping[date, Row[Any]]) -> list[Month]:
    any_row = next(iter(rows.values()))
    return [
        Month(begin, _window([rows[begin]] if begin in rows else [], days))
        for begin, days in _calendar(any_row.first_date, any_row.until)
    ]


def _calendar(first: date, last: date) -> Iterator[tuple[date, int]]:
    """Return the months from one day to another, each with how many of those days it has."""
    begin = first
    while begin <= last:
        turn = (begin.replace(day=1) + timedelta(days=31)).replace(day=1)
        yield begin.replace(day=1), (min(turn, last + timedelta(days=1)) - begin).days
        begin = turn

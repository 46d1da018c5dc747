"""Which share of the days is there: by variable and window, and month by month."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import CTE, Date, Row, Select, case, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from shared.adapters.data_quality.asked import Expected, asking, spans
from shared.adapters.tables import observations
from shared.forecasting.variables import Variable

#: The windows completeness is told of, in days up to the newest expected one; None: all of them.
WINDOWS: tuple[int | None, ...] = (30, 365, None)


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

    def share(self, variable: Variable) -> float:
        """Return the share of the days on which a variable is known, 0 to 1."""
        return min(self.known[variable] / self.days, 1.0) if self.days else 0.0

    def completeness(self, variables: tuple[Variable, ...]) -> float:
        """Return the mean share of some variables, 0 to 1; 0 of none."""
        shares = [self.share(variable) for variable in variables]
        return sum(shares) / len(shares) if shares else 0.0


@dataclass(frozen=True)
class Coverage:
    """How far the observations of a site reach, and how full they are.

    Attributes
    ----------
    variables : tuple of Variable
        Those the site has; one never observed there is not missing.
    windows : mapping of int or None to Window
        By the lengths in `WINDOWS`.
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
    """What is there of a calendar month, as far as it lies within the span of the site."""

    first: date
    window: Window


def coverage(session: Session, expected: Expected) -> dict[str, Coverage]:
    """Return the coverage of each site that has observations, by site id."""
    rows: dict[str, list[Row[Any]]] = {}
    for row in session.execute(_by_window(), asking(expected)):
        rows.setdefault(row.site_id, []).append(row)
    return {site_id: _to_coverage(found) for site_id, found in rows.items()}


def months(session: Session, site_id: str, expected: date) -> list[Month]:
    """Return the months of a site from its first to its newest day; empty without observations."""
    found = session.execute(_by_month(), asking({site_id: expected})).all()
    if not found:
        return []
    first, until = found[0].first_date, found[0].until
    known = {row.month: row for row in found}
    return [
        Month(begin, _window([known[begin]] if begin in known else [], days))
        for begin, days in _calendar(first, until)
    ]


def _current(span: CTE) -> CTE:
    """Return the newest revision of every day up to the one counted to."""
    return (
        select(observations, span.c.until, span.c.first_date, span.c.last_date)
        .ext(distinct_on(observations.c.site_id, observations.c.valid_date))
        .join(span, span.c.site_id == observations.c.site_id)
        .order_by(observations.c.site_id, observations.c.valid_date, observations.c.known_at.desc())
        .cte("current")
    )


def _by_window() -> Select[Any]:
    """Count days by the smallest window they lie in; larger ones are sums of smaller ones."""
    current = _current(spans())
    age = current.c.until - current.c.valid_date
    lengths = [length for length in WINDOWS if length is not None]
    smallest = case(*((age < length, length) for length in lengths), else_=None)
    return select(
        current.c.site_id,
        smallest.label("smallest_window"),
        func.min(current.c.first_date).label("first_date"),
        func.min(current.c.last_date).label("last_date"),
        func.min(current.c.until).label("until"),
        *_counts(current),
    ).group_by(current.c.site_id, smallest)


def _by_month() -> Select[Any]:
    current = _current(spans())
    month = cast(func.date_trunc("month", current.c.valid_date), Date)
    return (
        select(
            month.label("month"),
            func.min(current.c.first_date).label("first_date"),
            func.min(current.c.until).label("until"),
            *_counts(current),
        )
        .group_by(month)
        .order_by(month)
    )


def _counts(current: CTE) -> list[Any]:
    return [
        func.count().label("observed_days"),
        func.count().filter(~current.c.is_final).label("provisional_days"),
        *(func.count(current.c[variable.value]).label(variable.value) for variable in Variable),
    ]


def _to_coverage(rows: Sequence[Row[Any]]) -> Coverage:
    first, until = rows[0].first_date, rows[0].until
    span = (until - first).days + 1
    windows = {
        length: _window(
            [row for row in rows if _lies_within(row.smallest_window, length)],
            span if length is None else min(length, span),
        )
        for length in WINDOWS
    }
    return Coverage(
        first_date=first,
        last_date=rows[0].last_date,
        variables=tuple(variable for variable in Variable if windows[None].known[variable]),
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


def _calendar(first: date, last: date) -> Iterator[tuple[date, int]]:
    """Return the months from one day to another, each with how many of those days it has."""
    begin = first
    while begin <= last:
        turn = (begin.replace(day=1) + timedelta(days=31)).replace(day=1)
        yield begin.replace(day=1), (min(turn, last + timedelta(days=1)) - begin).days
        begin = turn

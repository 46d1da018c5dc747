"""How the sources have answered lately, from the answers kept, and what that cost of a budget.

A budget is counted by the clock's minute and hour and by the UTC day, as the providers do.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from shared.adapters.tables import payloads

_NOW = func.now()
_LOOKING_BACK = timedelta(days=1)
_COUNTERS = {
    "minute": "weight_this_minute",
    "hour": "weight_this_hour",
    "day": "weight_today",
}


@dataclass(frozen=True)
class SourceHealth:
    """A source, by its answers since the beginning of the UTC day before this one.

    Attributes
    ----------
    problems : int
        Requests that got no answer, or one nothing could be made of.
    exhausted : int
        Those of them the source answered with "not now": the budget is used up.
    failing_since : datetime or None
        Of the first problem after the last good answer; None while it answers.
    weight_this_minute, weight_this_hour, weight_today : float
        Calls of the source's budget that were used up.
    """

    source: str
    answers: int
    problems: int
    exhausted: int
    last_answer_at: datetime | None
    failing_since: datetime | None
    last_problem: str | None
    last_problem_at: datetime | None
    weight_this_minute: float
    weight_this_hour: float
    weight_today: float


def source_health(session: Session) -> list[SourceHealth]:
    """Return every source that was asked lately, by name."""
    return [SourceHealth(**row._mapping) for row in session.execute(_lately())]  # noqa: SLF001 - its public name


def _lately() -> Select[Any]:
    """Return a row a source; a window function first says since when it has not answered well."""
    is_good = payloads.c.outcome == "answered"
    recent = (
        select(
            payloads,
            func.max(payloads.c.fetched_at)
            .filter(is_good)
            .over(partition_by=payloads.c.source)
            .label("last_answer_at"),
        )
        .where(payloads.c.fetched_at >= func.date_trunc("day", _NOW) - _LOOKING_BACK)
        .subquery()
    )
    is_problem = recent.c.outcome != "answered"
    since_good = or_(
        recent.c.last_answer_at.is_(None), recent.c.fetched_at > recent.c.last_answer_at
    )
    newest_first = aggregate_order_by(recent.c.problem, recent.c.fetched_at.desc())
    return (
        select(
            recent.c.source,
            func.count().label("answers"),
            func.count().filter(is_problem).label("problems"),
            func.count().filter(recent.c.outcome == "exhausted").label("exhausted"),
            func.max(recent.c.last_answer_at).label("last_answer_at"),
            func.min(recent.c.fetched_at).filter(is_problem, since_good).label("failing_since"),
            func.array_agg(newest_first).filter(is_problem)[1].label("last_problem"),
            func.max(recent.c.fetched_at).filter(is_problem).label("last_problem_at"),
            *(_weight(recent, unit).label(name) for unit, name in _COUNTERS.items()),
        )
        .group_by(recent.c.source)
        .order_by(recent.c.source)
    )


def _weight(recent: Subquery, unit: str) -> ColumnElement[float]:
    is_counted = recent.c.fetched_at >= func.date_trunc(unit, _NOW)
    return func.coalesce(func.sum(recent.c.weight).filter(is_counted), 0.0)

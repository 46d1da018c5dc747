"""How the sources have answered lately, from the answers kept, and what that cost of a budget.

A budget is counted by the clock's minute and hour and by the UTC day, as the providers do.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from shared.adapters.tables import payloads
from shared.contracts.circuit import Circuit

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
        Of the first failure of those in a row up to now; None while it answers.
    left_alone_until : datetime or None
        Where the circuit is open: when the source is tried again.
    weight_this_minute, weight_this_hour, weight_today : float
        Calls of the source's budget that were used up.
    """

    source: str
    answers: int
    problems: int
    exhausted: int
    last_answer_at: datetime | None
    failing_since: datetime | None
    left_alone_until: datetime | None
    last_problem: str | None
    last_problem_at: datetime | None
    weight_this_minute: float
    weight_this_hour: float
    weight_today: float


def source_health(session: Session) -> list[SourceHealth]:
    """Return every source that was asked lately, by name."""
    found = []
    for row in session.execute(_lately()):
        values = dict(row._mapping)  # noqa: SLF001 - its public name
        circuit = Circuit(values.pop("failures"), values.pop("failed_at"))
        found.append(SourceHealth(**values, left_alone_until=circuit.left_alone_until))
    return found


def _lately() -> Select[Any]:
    """Return a row a source; a window function first says since when it has not answered well."""
    is_failure = payloads.c.outcome == "unavailable"
    recent = (
        select(
            payloads,
            func.max(payloads.c.payload_id)
            .filter(~is_failure)
            .over(partition_by=payloads.c.source)
            .label("last_other"),
        )
        .where(payloads.c.fetched_at >= func.date_trunc("day", _NOW) - _LOOKING_BACK)
        .subquery()
    )
    is_problem = recent.c.outcome != "answered"
    # A refusal or an exhausted budget is an answer: the source is there.
    fails_on = recent.c.payload_id > func.coalesce(recent.c.last_other, 0)
    newest_first = aggregate_order_by(recent.c.problem, recent.c.fetched_at.desc())
    return (
        select(
            recent.c.source,
            func.count().label("answers"),
            func.count().filter(is_problem).label("problems"),
            func.count().filter(recent.c.outcome == "exhausted").label("exhausted"),
            func.max(recent.c.fetched_at).filter(~is_problem).label("last_answer_at"),
            func.count().filter(fails_on).label("failures"),
            func.max(recent.c.fetched_at).filter(fails_on).label("failed_at"),
            func.min(recent.c.fetched_at).filter(fails_on).label("failing_since"),
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

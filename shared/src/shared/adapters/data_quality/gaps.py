"""Which days in between are missing: runs of days of which nothing is known, the longest first."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Session

from shared.adapters.data_quality.asked import Expected, asking, spans
from shared.adapters.tables import empty_days, observations

#: So many gaps of a site are told, the longest.
GAPS_TOLD = 20


@dataclass(frozen=True)
class Gap:
    """A run of missing days.

    Attributes
    ----------
    empty_days : int
        On so many of them the source was asked and had nothing.
    """

    first_date: date
    last_date: date
    days: int
    empty_days: int


@dataclass(frozen=True)
class Gaps:
    """The gaps of a site between its first day and the newest expected one.

    Attributes
    ----------
    longest : tuple of Gap
        The longest `GAPS_TOLD` of them; of equal ones the newer first.
    """

    count: int = 0
    days: int = 0
    longest: tuple[Gap, ...] = ()


def gaps(session: Session, expected: Expected) -> dict[str, Gaps]:
    """Return the gaps of each site that has any, by site id."""
    found: dict[str, Gaps] = {}
    for row in session.execute(_longest_gaps(), asking(expected)):
        gap = Gap(row.first_date, row.last_date, row.days, row.empty_days)
        before = found.get(row.site_id, Gaps())
        found[row.site_id] = Gaps(row.gaps, int(row.missing_days), (*before.longest, gap))
    return found


def _longest_gaps() -> Select[Any]:
    span = spans()
    # After the last day comes the one that is not expected yet. A day that has several revisions
    # is followed by itself, which is no gap.
    following = func.lead(observations.c.valid_date, 1, span.c.until + 1).over(
        order_by=observations.c.valid_date
    )
    steps = (
        select(observations.c.valid_date.label("before"), following.label("after"))
        .where(observations.c.site_id == span.c.site_id)
        .lateral("steps")
    )
    days = steps.c.after - steps.c.before - 1
    by_length = (days.desc(), steps.c.before.desc())
    ranked = (
        select(
            span.c.site_id,
            (steps.c.before + 1).label("first_date"),
            (steps.c.after - 1).label("last_date"),
            days.label("days"),
            func.count().over(partition_by=span.c.site_id).label("gaps"),
            func.sum(days).over(partition_by=span.c.site_id).label("missing_days"),
            func.row_number().over(partition_by=span.c.site_id, order_by=by_length).label("place"),
        )
        .select_from(span.join(steps, true()))
        .where(days > 0)
        .subquery()
    )
    empty = (
        select(func.count())
        .where(
            empty_days.c.site_id == ranked.c.site_id,
            empty_days.c.valid_date.between(ranked.c.first_date, ranked.c.last_date),
        )
        .scalar_subquery()
    )
    return (
        select(ranked, empty.label("empty_days"))
        .where(ranked.c.place <= GAPS_TOLD)
        .order_by(ranked.c.site_id, ranked.c.place)
    )

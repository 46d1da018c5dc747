"""Which days are missing, and which of them to ask for next: the newest first.

A day is complete when every variable is there and its values are final. Days for which the source
had nothing, or not all, are asked for again with growing pauses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, Integer, cast, delete, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from shared.adapters.observations import newest_revisions
from shared.adapters.tables import empty_days
from shared.forecasting.variables import Variable

# Pauses before a day the source had nothing for is asked for again: 1, 4, 16, 64, 90 days.
_LONGEST_PAUSE = timedelta(days=90)
#: Days are made final a week at a time: it costs the source the same as a single day.
FINAL_WITHIN = timedelta(days=7)

_A_DAY = timedelta(days=1)
# The source counts 14 days of a place as one call; gaps nearer than that are asked for together.
_DAYS_IN_A_CALL = 14


@dataclass(frozen=True)
class Span:
    """Days of places that may be missing.

    Attributes
    ----------
    first, last : date
        Both included.
    final_until : date
        Days up to this one are final at the source by now.
    now : datetime
        Decides which empty days may be asked for again.
    """

    site_ids: Sequence[str]
    first: date
    last: date
    final_until: date
    now: datetime

    def within(self, site_ids: Sequence[str], first: date, last: date) -> "Span":
        """Return the part of it that lies in these days, of these places."""
        part = (max(self.first, first), min(self.last, last))
        return Span(site_ids, *part, self.final_until, self.now)


@dataclass(frozen=True)
class Chunk:
    """What to ask for next."""

    site_ids: tuple[str, ...]
    first: date
    last: date

    @property
    def n_days(self) -> int:
        """Number of days from the first to the last."""
        return (self.last - self.first).days + 1


class _Incomplete(NamedTuple):
    """A day of a place that is not there, not whole, or not yet final."""

    site_id: str
    valid_date: date
    is_whole: bool


def missing_days(session: Session, span: Span) -> dict[str, list[date]]:
    """Return the incomplete days of each place that may be asked for now, by site id.

    Days that only wait to be made final count once the oldest of them has waited `FINAL_WITHIN`.
    """
    resting = _noted(session, span, empty_days.c.ask_again_at > span.now)
    days = [
        day for day in _incomplete(session, span) if (day.site_id, day.valid_date) not in resting
    ]
    waiting = [day.valid_date for day in days if day.is_whole]
    is_time = bool(waiting) and span.final_until - min(waiting) >= FINAL_WITHIN - _A_DAY
    found: dict[str, list[date]] = {}
    for day in days:
        if is_time or not day.is_whole:
            found.setdefault(day.site_id, []).append(day.valid_date)
    return found


def next_chunk(missing: Mapping[str, Sequence[date]], *, most_weight: float) -> Chunk | None:
    """Return the newest stretch of missing days that weighs no more than so many calls.

    Parameters
    ----------
    missing : mapping of site id to dates
        Of each place.
    """
    by_day: dict[date, set[str]] = {}
    for site_id, days in missing.items():
        for day in days:
            by_day.setdefault(day, set()).add(site_id)
    if not by_day:
        return None
    last = first = max(by_day)
    places: set[str] = set()
    for day in sorted(by_day, reverse=True):
        joined = places | by_day[day]
        n_days = (last - day).days + 1
        too_far = (first - day).days > _DAYS_IN_A_CALL
        too_heavy = len(joined) * max(1.0, n_days / _DAYS_IN_A_CALL) > most_weight
        if places and (too_far or too_heavy):
            break
        first, places = day, joined
    return Chunk(tuple(sorted(places)), first, last)


def note_answered(session: Session, span: Span) -> None:
    """After days were asked for and stored: note those still incomplete, forget the others.

    A note is when to ask again; days outside the span are asked for daily anyway.
    """
    if span.first > span.last:
        return
    still = {(day.site_id, day.valid_date) for day in _incomplete(session, span)}
    complete = _noted(session, span) - still
    if complete:
        place_day = tuple_(empty_days.c.site_id, empty_days.c.valid_date)
        session.execute(delete(empty_days).where(place_day.in_(complete)))
    if still:
        session.execute(
            _note_again(span.now),
            [
                {"site_id": site_id, "valid_date": day, "ask_again_at": span.now + _A_DAY}
                for site_id, day in sorted(still)
            ],
        )


def _note_again(now: datetime) -> Insert:
    """Return the statement that notes a day as empty, or empty once more."""
    asked = empty_days.c.times_asked
    pause_days = func.least(func.power(4, func.least(asked, 5)), _LONGEST_PAUSE.days)
    pause = func.make_interval(0, 0, 0, cast(pause_days, Integer))
    return insert(empty_days).on_conflict_do_update(
        index_elements=["site_id", "valid_date"],
        set_={"times_asked": asked + 1, "ask_again_at": literal(now) + pause},
        # Two who asked at the same time asked once.
        where=empty_days.c.ask_again_at <= now,
    )


def _incomplete(session: Session, span: Span) -> list[_Incomplete]:
    """Return the incomplete days of a span, by place and day."""
    known = newest_revisions(span.site_ids, ranges=[(span.first, span.last)]).subquery()
    whole = func.num_nulls(*(known.c[variable.value] for variable in Variable)) == 0
    settled = known.c.is_final | (known.c.valid_date > span.final_until)
    # A few rows a place instead of one a day: nearly all days are alike.
    number = cast(known.c.valid_date - span.first, Integer)
    alike = (known.c.site_id, whole, settled)
    rows = session.execute(select(*alike, func.array_agg(number)).group_by(*alike))
    n_days = max((span.last - span.first).days + 1, 0)
    is_whole = {site_id: np.zeros(n_days, dtype=bool) for site_id in span.site_ids}
    is_complete = {site_id: np.zeros(n_days, dtype=bool) for site_id in span.site_ids}
    for site_id, are_whole, are_settled, numbers in rows:
        is_whole[site_id][numbers] = are_whole
        is_complete[site_id][numbers] = are_whole and are_settled
    return [
        _Incomplete(site_id, span.first + _A_DAY * day, bool(is_whole[site_id][day]))
        for site_id in span.site_ids
        for day in np.flatnonzero(~is_complete[site_id]).tolist()
    ]


def _noted(session: Session, span: Span, *conditions: ColumnElement[bool]) -> set[tuple[str, date]]:
    """Return the days of a span that are noted as empty, on conditions."""
    rows = session.execute(
        select(empty_days.c.site_id, empty_days.c.valid_date).where(
            empty_days.c.site_id.in_(span.site_ids),
            empty_days.c.valid_date.between(span.first, span.last),
            *conditions,
        )
    )
    return {(row.site_id, row.valid_date) for row in rows}

"""Which days are missing, and which of them to ask for next: the newest first.

A day is complete when every variable is there and its values are final. Days for which the source
had nothing, or not all, are asked for again with growing pauses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Integer, Select, Text, cast, delete, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from shared.adapters.observations import newest_revisions
from shared.adapters.tables import empty_days
from shared.forecasting.variables import Variable

# Pauses before a day the source had nothing for is asked for again: 1, 4, 16, 64, 90 days.
_LONGEST_PAUSE = timedelta(days=90)
#: Days are made final a week at a time: it costs the source the same as a single day.
FINAL_WITHIN = timedelta(days=7)

_A_DAY = timedelta(days=1)
#: The source counts 14 days of a place as one call; gaps nearer than that are asked for together.
DAYS_IN_A_CALL = 14


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


def missing_days(session: Session, span: Span) -> dict[str, list[date]]:
    """Return the incomplete days of each place that may be asked for now, by site id.

    Days that only wait to be made final count once the oldest of them has waited `FINAL_WITHIN`.
    """
    resting = select(empty_days.c.site_id, empty_days.c.valid_date).where(
        empty_days.c.ask_again_at > span.now
    )
    wanted = _incomplete(span).subquery("wanted")
    rows = session.execute(
        select(wanted)
        .where(
            ~resting.where(
                empty_days.c.site_id == wanted.c.site_id,
                empty_days.c.valid_date == wanted.c.valid_date,
            ).exists()
        )
        .order_by(wanted.c.site_id, wanted.c.valid_date)
    ).all()
    waiting = [row.valid_date for row in rows if row.is_whole]
    is_time = bool(waiting) and span.final_until - min(waiting) >= FINAL_WITHIN - _A_DAY
    found: dict[str, list[date]] = {}
    for row in rows:
        if is_time or not row.is_whole:
            found.setdefault(row.site_id, []).append(row.valid_date)
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
        too_far = (first - day).days > DAYS_IN_A_CALL
        too_heavy = len(joined) * max(1.0, n_days / DAYS_IN_A_CALL) > most_weight
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
    still = _incomplete(span).subquery("still")
    session.execute(
        delete(empty_days).where(
            empty_days.c.site_id.in_(span.site_ids),
            empty_days.c.valid_date.between(span.first, span.last),
            ~select(still.c.site_id)
            .where(
                still.c.site_id == empty_days.c.site_id,
                still.c.valid_date == empty_days.c.valid_date,
            )
            .exists(),
        )
    )
    asked = empty_days.c.times_asked
    pause_days = func.least(func.power(4, func.least(asked, 5)), _LONGEST_PAUSE.days)
    statement = insert(empty_days).from_select(
        ["site_id", "valid_date", "ask_again_at"],
        select(still.c.site_id, still.c.valid_date, literal(span.now + _A_DAY)),
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["site_id", "valid_date"],
            set_={
                "times_asked": asked + 1,
                "ask_again_at": literal(span.now)
                + func.make_interval(0, 0, 0, cast(pause_days, Integer)),
            },
            # Two who asked at the same time asked once.
            where=empty_days.c.ask_again_at <= span.now,
        )
    )


def _incomplete(span: Span) -> Select[Any]:
    """Return the query of the days of a span that are not there, not whole, or not yet final."""
    known = newest_revisions(span.site_ids, ranges=[(span.first, span.last)]).subquery("known")
    places = (
        func.unnest(cast(list(span.site_ids), ARRAY(Text))).table_valued("site_id").render_derived()
    )
    days = (
        func.generate_series(span.first, span.last, timedelta(days=1))
        .table_valued("moment")
        .render_derived()
    )
    day = cast(days.c.moment, Date)
    of_day = (known.c.site_id == places.c.site_id) & (known.c.valid_date == day)
    is_there = known.c.valid_date.is_not(None)
    is_whole = is_there & (func.num_nulls(*(known.c[v.value] for v in Variable)) == 0)
    waits = ~known.c.is_final & (known.c.valid_date <= span.final_until)
    return (
        select(places.c.site_id, day.label("valid_date"), is_whole.label("is_whole"))
        .select_from(places.join(days, true()).outerjoin(known, of_day))
        .where(~is_whole | waits)
    )

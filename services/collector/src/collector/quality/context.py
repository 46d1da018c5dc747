"""Which other days a judgement of some days needs."""

from datetime import date, timedelta
from typing import NamedTuple

#: Days before and after: enough to know how often readings repeat, and what the next day brought.
BEFORE, AFTER = timedelta(days=120), timedelta(days=2)
#: How far around the same date other years are looked at, and how many of them on either side.
CALENDAR_DAYS = 10
YEARS = 12
YEAR_DAYS = 365.2425


class DateRange(NamedTuple):
    """Days from the first to the last, both included."""

    first: date
    last: date


def context_of(first: date, last: date) -> list[DateRange]:
    """Return the days to know for judging those from first to last: sorted, not overlapping.

    Examples
    --------
    >>> context_of(date(2026, 11, 13), date(2026, 11, 22))[-1]
    DateRange(first=datetime.date(2038, 11, 2), last=datetime.date(2038, 12, 3))
    """
    around = timedelta(days=CALENDAR_DAYS + 1)
    ranges = [DateRange(_moved(first, -BEFORE), _moved(last, AFTER))]
    for year in range(-YEARS, YEARS + 1):
        shift = timedelta(days=round(year * YEAR_DAYS))
        ranges.append(DateRange(_moved(first, shift - around), _moved(last, shift + around)))
    return _merged(sorted(ranges))


def _merged(ranges: list[DateRange]) -> list[DateRange]:
    merged: list[DateRange] = []
    for one in ranges:
        if merged and one.first <= merged[-1].last:
            merged[-1] = DateRange(merged[-1].first, max(merged[-1].last, one.last))
        else:
            merged.append(one)
    return merged


def _moved(day: date, by: timedelta) -> date:
    """Return a day so far away, or the end of the calendar."""
    try:
        return day + by
    except OverflowError:
        return date.min if by < timedelta(0) else date.max

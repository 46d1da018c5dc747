"""The Celery beat schedule: ticks that ask each service what is due and not done.

A tick carries no date. The service derives what is due from the database, so duplicate ticks,
lost ticks, missed days and a second scheduler all come out right.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.contracts.queues import WORKERS, Service

#: Task every worker answers: plan what is due, send what is not done.
TICK_TASKS: dict[Service, str] = {service: f"{service}.tick" for service in WORKERS}

TICK_INTERVAL = timedelta(seconds=5)
#: A tick not taken for so long is dropped; far above what the clocks of two hosts differ by.
TICK_EXPIRES = timedelta(minutes=1)

#: Local hour of a site at which yesterday is taken to be complete at the source.
COLLECT_HOUR = 6

#: Collections are spread over time and may meet a slow source: no alarm for the first hours.
COLLECT_GRACE = timedelta(hours=2)

RETRAIN_EVERY = timedelta(days=7)


def complete_date(now: datetime, timezone: str) -> date:
    """Return the newest UTC day taken to be complete at the source.

    That is yesterday from 06:00 site-local on, and not before the day has ended in UTC: east of
    Greenwich that may be later than 06:00.

    Examples
    --------
    >>> complete_date(datetime(2026, 11, 23, 6, 0, tzinfo=UTC), "Europe/London")
    datetime.date(2026, 11, 22)
    >>> complete_date(datetime(2026, 11, 23, 5, 59, tzinfo=UTC), "Europe/London")
    datetime.date(2026, 11, 21)
    """
    local = now.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
    begun = (local - timedelta(hours=COLLECT_HOUR)).date()
    return min(begun, now.astimezone(UTC).date()) - timedelta(days=1)


def expected_date(now: datetime, timezone: str) -> date:
    """Return the newest UTC day that should have been collected by now; older is stale."""
    return complete_date(now - COLLECT_GRACE, timezone)


def next_collection_at(now: datetime, timezone: str) -> datetime:
    """Return when the next day will be complete, and its collection due.

    Examples
    --------
    >>> next_collection_at(datetime(2026, 11, 23, 12, tzinfo=UTC), "Asia/Kathmandu").isoformat()
    '2026-11-24T00:15:00+00:00'
    """
    tomorrow = complete_date(now, timezone) + timedelta(days=2)
    opens = datetime.combine(tomorrow, time(COLLECT_HOUR), ZoneInfo(timezone)).astimezone(UTC)
    # East of Greenwich the UTC day may end later than 06:00 there.
    return max(opens, datetime.combine(tomorrow, time(), UTC))

"""The newest complete day: from 06:00 site time, and never before it has ended in UTC."""

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shared.contracts.schedule import (
    COLLECT_GRACE,
    COLLECT_HOUR,
    complete_date,
    expected_date,
    next_collection_at,
)

DAY = date(2026, 11, 22)

#: Every zone on earth, over the years in which they have changed their minds.
ZONES = st.sampled_from((files("tzdata") / "zones").read_text(encoding="utf-8").split())
MOMENTS = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    datetime(2040, 1, 1),  # noqa: DTZ001
).map(lambda t: t.replace(tzinfo=UTC))

pytestmark = pytest.mark.usefixtures("timezones")


@pytest.mark.parametrize(
    ("timezone", "due"),
    [
        # Marrakech is at UTC+0 since 2026-09-20: 06:00 there is 06:00 UTC.
        ("Africa/Casablanca", "2026-11-23T06:00"),
        # New York: the UTC day ended at 19:00 the evening before; 06:00 is 11:00 UTC.
        ("America/New_York", "2026-11-23T11:00"),
        # Tokyo: at 06:00 the UTC day has three more hours to go.
        ("Asia/Tokyo", "2026-11-23T00:00"),
        ("Pacific/Auckland", "2026-11-23T00:00"),
    ],
)
def test_complete_date_turns_at_the_hour_of_collection(timezone: str, due: str) -> None:
    moment = datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert complete_date(moment, timezone) == DAY
    assert complete_date(moment - timedelta(seconds=1), timezone) == DAY - timedelta(days=1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    MOMENTS,
    ZONES,
)
def test_complete_date_is_the_newest_day_that_is_over(now: datetime, timezone: str) -> None:
    day = complete_date(now, timezone)
    ended = datetime.combine(day, datetime.min.time(), tzinfo=UTC) + timedelta(days=1)
    assert ended <= now
    # Never more than a day and the hours until six behind, whatever the offset.
    assert now - ended < timedelta(days=2) + timedelta(hours=COLLECT_HOUR)
    local = now.astimezone(ZoneInfo(timezone))
    assert day < local.date() or local.utcoffset() != timedelta(0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOMENTS, ZONES)
@example(datetime(2026, 9, 19, 12, tzinfo=UTC), "Africa/Casablanca")  # permanent UTC+0 on the 20th
@example(datetime(2026, 2, 14, 12, tzinfo=UTC), "Africa/Casablanca")  # Ramadan
@example(datetime(2011, 12, 29, 12, tzinfo=UTC), "Pacific/Apia")  # the 30th never was
@example(datetime(2026, 11, 23, 0, 10, tzinfo=UTC), "Asia/Kathmandu")  # UTC+5:45
def test_next_collection_is_due_the_moment_another_day_is_complete(
    now: datetime, timezone: str
) -> None:
    due = next_collection_at(now, timezone)
    assert now < due <= now + timedelta(days=1, hours=2)  # clocks may be put back in between
    assert complete_date(due, timezone) == complete_date(now, timezone) + timedelta(days=1)
    assert complete_date(due - timedelta(seconds=1), timezone) == complete_date(now, timezone)


def test_no_day_is_expected_before_its_collection_had_time() -> None:
    due = datetime(2026, 11, 23, COLLECT_HOUR, tzinfo=UTC)
    assert expected_date(due, "Africa/Casablanca") == DAY - timedelta(days=1)
    assert expected_date(due + COLLECT_GRACE, "Africa/Casablanca") == DAY

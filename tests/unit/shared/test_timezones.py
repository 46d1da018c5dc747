"""Time zones: the package's tables, not the machine's."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.timezones import timezone_at, use_packaged_timezones
from shared.errors import SiteRefused


@pytest.fixture(autouse=True)
def _tables_restored() -> Iterator[None]:
    yield
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


def test_packaged_tables_know_that_morocco_left_daylight_saving() -> None:
    use_packaged_timezones()
    autumn = datetime(2026, 10, 1, 12, tzinfo=UTC)
    casablanca = zoneinfo.ZoneInfo("Africa/Casablanca")
    assert autumn.astimezone(casablanca).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("latitude", "longitude", "timezone"),
    [
        (31.63, -8.0, "Africa/Casablanca"),
        (-34.92, 138.62, "Australia/Adelaide"),  # a half hour
        (27.7, 85.3, "Asia/Kathmandu"),  # three quarters
        (0.0, -30.0, "Etc/GMT+2"),  # the Atlantic
    ],
)
def test_timezone_at_a_place(latitude: float, longitude: float, timezone: str) -> None:
    assert timezone_at(latitude, longitude) == timezone


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_timezone_at_any_place_is_known_to_the_packaged_tables(
    latitude: float, longitude: float
) -> None:
    use_packaged_timezones()
    assert timezone_at(latitude, longitude) in zoneinfo.available_timezones()


def test_timezone_at_no_place_is_refused() -> None:
    with pytest.raises(SiteRefused, match="latitude 95 is outside"):
        timezone_at(95.0, 0.0)

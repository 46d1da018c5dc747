"""Each place on earth is in a time zone that the standard library knows."""

import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.sites import timezone_at

KNOWN = zoneinfo.available_timezones()


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
def test_timezone_is_known_everywhere(latitude: float, longitude: float) -> None:
    assert timezone_at(latitude, longitude) in KNOWN

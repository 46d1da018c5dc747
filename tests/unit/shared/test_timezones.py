"""Time zones: the package's tables, not the machine's."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.timezones import use_packaged_timezones


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

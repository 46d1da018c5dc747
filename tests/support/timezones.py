"""Time zones of the pinned tables for as long as a test lasts."""

import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager

from shared.adapters.timezones import use_packaged_timezones


@contextmanager
def packaged_timezones() -> Iterator[None]:
    """Use the tzdata package as the processes do, then the machine's tables again."""
    use_packaged_timezones()
    try:
        yield
    finally:
        zoneinfo.reset_tzpath()
        zoneinfo.ZoneInfo.clear_cache()

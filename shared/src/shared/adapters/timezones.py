"""Time zones by the pinned tzdata package, not by an operating system that may be years behind.

Morocco left daylight saving for good on 2026-09-20 (tzdata 2026c); a machine with older tables is
an hour wrong, and Python prefers the machine's tables unless told otherwise. In which zone a place
lies is told offline by tzfpy, which holds the boundaries.
"""

import zoneinfo
from datetime import UTC, datetime, timedelta

from tzfpy import get_tz

from shared.contracts.sites import check_position
from shared.errors import ConfigurationError, SiteRefused

# What Casablanca's offset was at three moments, by tzdata 2026c; the first lies in Ramadan.
_KNOWN_HOURS = {
    datetime(2019, 5, 20, 12, tzinfo=UTC): 0,
    datetime(2026, 7, 1, 12, tzinfo=UTC): 1,
    datetime(2026, 10, 1, 12, tzinfo=UTC): 0,
}


def use_packaged_timezones() -> None:
    """Read time zones from the tzdata package alone; call once at the start of a process.

    Raises
    ------
    ConfigurationError
        The package is missing or too old to know the present rules.
    """
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    try:
        casablanca = zoneinfo.ZoneInfo("Africa/Casablanca")
    except zoneinfo.ZoneInfoNotFoundError:
        raise ConfigurationError("The tzdata package is missing: install it.") from None
    for moment, hours in _KNOWN_HOURS.items():
        if moment.astimezone(casablanca).utcoffset() != timedelta(hours=hours):
            raise ConfigurationError("The tzdata package is too old: install 2026.3 or newer.")


def timezone_at(latitude: float, longitude: float) -> str:
    """Return the IANA name of the zone a place lies in.

    Boundaries are simplified to within some hundred metres. At sea it is a nautical zone, named
    like Etc/GMT+2.

    Raises
    ------
    SiteRefused
        There is no such place, or no zone is known there.

    Examples
    --------
    >>> timezone_at(31.63, -8.0)
    'Africa/Casablanca'
    """
    check_position(latitude, longitude)
    found: str = get_tz(longitude, latitude)
    if not found:
        raise SiteRefused(
            f"No time zone is known at {latitude:g}, {longitude:g}: give it with --timezone."
        )
    return found

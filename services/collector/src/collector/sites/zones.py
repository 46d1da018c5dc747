"""The time zone of a place, by the boundaries of the zones: offline, and at sea as well."""

from tzfpy import get_tz

from shared.errors import SiteRefused


def timezone_at(latitude: float, longitude: float) -> str:
    """Return the IANA name of the zone a place lies in.

    Boundaries are simplified to within about a hundred metres. At sea it is a nautical zone,
    named like Etc/GMT+2.

    Raises
    ------
    SiteRefused
        No zone is known there.

    Examples
    --------
    >>> timezone_at(31.63, -8.0)
    'Africa/Casablanca'
    """
    found = get_tz(longitude, latitude)
    if not found:
        raise SiteRefused(
            f"No time zone is known at {latitude:g}, {longitude:g}: give it with --timezone."
        )
    return found

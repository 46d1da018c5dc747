"""How old a forecast's observations may be before it is called stale."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.contracts.schedule import expected_date


@dataclass(frozen=True)
class Freshness:
    """How far the last observed day lies behind the one that should be there.

    Attributes
    ----------
    reference_date : date
        The last observed day.
    stale_days : int
        0 while the newest day that can have been observed is there.
    """

    reference_date: date
    stale_days: int

    @property
    def is_stale(self) -> bool:
        """Whether a newer day should have been observed by now."""
        return self.stale_days > 0


def freshness(reference_date: date, *, timezone: str, now: datetime) -> Freshness:
    """Compare the last observed day with yesterday, by the site's own clock.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 10, 12, tzinfo=UTC)
    >>> freshness(date(2026, 1, 9), timezone="Africa/Casablanca", now=noon).stale_days
    0
    >>> freshness(date(2026, 1, 7), timezone="Africa/Casablanca", now=noon).stale_days
    2
    """
    behind = expected_date(now, timezone) - reference_date
    return Freshness(reference_date, max(behind.days, 0))

"""The asked-for time zone of an answer: its offset now, its name, and how days are written."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from api.answers.parameters import TimeFormat

_SECONDS_PER_MINUTE = 60
_MINUTES_PER_HOUR = 60


@dataclass(frozen=True)
class Clock:
    """A time zone as Open-Meteo states it: one offset for the whole answer, that of now."""

    timezone: str
    utc_offset_seconds: int

    @classmethod
    def of(cls, asked_for: str, *, site_timezone: str, now: datetime) -> Self:
        """Return the clock of a zone at a moment; `auto` is the site's own zone."""
        name = site_timezone if asked_for == "auto" else asked_for
        offset = now.astimezone(ZoneInfo(name)).utcoffset() or timedelta()
        return cls(name, int(offset.total_seconds()))

    @property
    def abbreviation(self) -> str:
        """The offset in Open-Meteo's spelling: `GMT`, `GMT+1`, `GMT-9:30`."""
        sign = "-" if self.utc_offset_seconds < 0 else "+"
        total_minutes = abs(self.utc_offset_seconds) // _SECONDS_PER_MINUTE
        hours, minutes = divmod(total_minutes, _MINUTES_PER_HOUR)
        if not total_minutes:
            return "GMT"
        return f"GMT{sign}{hours}" + (f":{minutes:02d}" if minutes else "")

    def write(self, days: list[date], timeformat: TimeFormat) -> list[str] | list[int]:
        """Return days as dates, or as unix times of their local midnight.

        A client that adds `utc_offset_seconds` to a unix time gets the date back, as with
        Open-Meteo.
        """
        if timeformat is TimeFormat.ISO8601:
            return [day.isoformat() for day in days]
        return [self._midnight(day) for day in days]

    def _midnight(self, day: date) -> int:
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return int(midnight.timestamp()) - self.utc_offset_seconds

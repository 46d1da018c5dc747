"""What would have been collected on each day, and what is done to it on purpose."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from collector.ports import Days
from shared.errors import ClimateError
from shared.forecasting.variables import Variable

_TEMPERATURES = frozenset(
    {Variable.TEMPERATURE_MAX, Variable.TEMPERATURE_MIN, Variable.TEMPERATURE_MEAN}
)
# A provider that corrects itself does so for about a month.
_REVISED_DAYS = 30


class What(StrEnum):
    """What can be injected; the amount's meaning is in brackets."""

    SHIFT = "shift"  # the sensor reads so many degC too warm from a day on (degC)
    OUTAGE = "outage"  # the source is away (days)
    BROKEN_MODEL = "broken-model"  # artifacts are damaged on the way to the store (days)
    REVISION = "revision"  # the provider corrects the last month (degC)


_USUAL_AMOUNT = {What.SHIFT: 2.0, What.OUTAGE: 60.0, What.BROKEN_MODEL: 7.0, What.REVISION: 0.5}


@dataclass(frozen=True)
class Injected:
    """Something done to the system on purpose, from a day on.

    Attributes
    ----------
    site_id : str or None
        Where; None for everywhere.
    """

    what: What
    first: date
    amount: float
    site_id: str | None = None

    @classmethod
    def parse(cls, words: str) -> "Injected":
        """Return what `shift@2022-03-01` or `outage@2022-06-01:60@basel` means.

        Raises
        ------
        ClimateError
            It means nothing.
        """
        try:
            what, when, *where = words.split("@")
            first, _, amount = when.partition(":")
            kind = What(what)
            (site_id,) = where or [""]
            return cls(
                kind,
                date.fromisoformat(first),
                float(amount) if amount else _USUAL_AMOUNT[kind],
                site_id or None,
            )
        except ValueError as error:
            known = ", ".join(What)
            message = f"{words!r} is no injection: write WHAT@DATE[:AMOUNT][@SITE] ({known})."
            raise ClimateError(message) from error

    def is_at(self, site_id: str) -> bool:
        """Say whether it is done at a site."""
        return self.site_id in (None, site_id)

    def lasts_on(self, day: date) -> bool:
        """Say whether a day is within so many days, for what lasts days."""
        return self.first <= day < self.first + timedelta(days=self.amount)

    def as_json(self) -> dict[str, Any]:
        """Return what `replay.json` says of it."""
        return asdict(self) | {"first": self.first.isoformat()}


@dataclass(frozen=True)
class Weather:
    """The recorded days of a site, as a source would tell of them."""

    days: Days
    injected: Sequence[Injected] = ()

    def is_away(self, today: date) -> bool:
        """Say whether the source cannot be asked."""
        return any(one.what is What.OUTAGE and one.lasts_on(today) for one in self.injected)

    def told(self, *, after: date, until: date) -> Days:
        """Return the days a source tells of when it is asked on the day after `until`."""
        first = after + timedelta(days=1)
        revised = [one for one in self.injected if one.what is What.REVISION]
        if any(one.first == until for one in revised):
            first = min(first, until - timedelta(days=_REVISED_DAYS))
        first = max(first, min(self.days))
        asked = (first + timedelta(days=n) for n in range((until - first).days + 1))
        return {day: self._read(day, until) for day in asked if day in self.days}

    def _read(self, day: date, until: date) -> Mapping[Variable, float | None]:
        too_warm = sum(one.amount for one in self.injected if _is_felt(one, day, until))
        if not too_warm:
            return self.days[day]
        return {
            name: value if value is None or name not in _TEMPERATURES else value + too_warm
            for name, value in self.days[day].items()
        }


def _is_felt(one: Injected, day: date, until: date) -> bool:
    """Say whether a day's temperatures, as told on a later one, are not what they were."""
    if one.what is What.SHIFT:
        return day >= one.first
    return one.what is What.REVISION and day < one.first <= until

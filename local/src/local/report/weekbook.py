"""Every week of a record as a small fan beside what came, plain enough for hundreds on a page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from local.report.record import Fan, Record
from local.report.words import day, number
from shared.forecasting.variables import HORIZON_DAYS, LEAD_DAYS, VARIABLES

WIDTH, HEIGHT = 300, 130
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 6, 8, 8
_DAYS_BEFORE = 7
_EVERY_DAYS = 7


@dataclass(frozen=True)
class WeekCard:
    """A week as paths: the two bands, what was forecast, what came.

    Attributes
    ----------
    words : str
        What the card shows, for those who do not see it too.
    ticks : sequence of (float, str)
        Where the lowest and the highest value stand, and what they are.
    """

    title: str
    words: str
    band_95: str
    band_80: str
    forecast: str
    came: str
    ticks: Sequence[tuple[float, str]]


def week_cards(record: Record) -> dict[int, list[WeekCard]]:
    """Return a card for each seventh reference date, by year."""
    verified = record.verified[record.headline]
    days: list[date] = verified.dates.astype(object).tolist()
    observed = dict(zip(days, verified.observed.tolist(), strict=True))
    weekly = [
        fan
        for fan in record.fans
        if (fan.reference_date - record.fans[0].reference_date).days % _EVERY_DAYS == 0
    ]
    unit = VARIABLES[record.headline].unit
    return {
        year: [_card(fan, observed, unit) for fan in fans]
        for year, fans in groupby(weekly, key=lambda fan: fan.reference_date.year)
    }


def _card(fan: Fan, observed: dict[date, float], unit: str) -> WeekCard:
    shown = {
        offset: observed[when]
        for offset in range(1 - _DAYS_BEFORE, HORIZON_DAYS + 1)
        if (when := fan.reference_date + timedelta(days=offset)) in observed
    }
    values = [*fan.lower_95, *fan.upper_95, *shown.values()]
    lowest, highest = min(values), max(values)
    place = _Place(lowest, (highest - lowest) or 1.0)
    errors = [abs(fan.value[lead - 1] - shown[lead]) for lead in LEAD_DAYS if lead in shown]
    off = f"off by {number(sum(errors) / len(errors))} {unit}" if errors else "not yet observed"
    return WeekCard(
        title=day(fan.reference_date),
        words=f"Forecast of {day(fan.reference_date)}, {off} on average",
        band_95=place.band(fan.lower_95, fan.upper_95),
        band_80=place.band(fan.lower_80, fan.upper_80),
        forecast=place.line(zip(LEAD_DAYS, fan.value, strict=True)),
        came=place.line(shown.items()),
        ticks=[(place.y(value), number(value, 0)) for value in (lowest, highest)],
    )


@dataclass(frozen=True)
class _Place:
    """Where days and values stand on a card."""

    lowest: float
    span: float

    def x(self, offset: int) -> float:
        share = (offset - 1 + _DAYS_BEFORE) / (_DAYS_BEFORE + HORIZON_DAYS - 1)
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.lowest) / self.span
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)

    def line(self, points: Iterable[tuple[int, float]]) -> str:
        corners = [f"{self.x(offset):.0f} {self.y(value):.1f}" for offset, value in points]
        return f"M{'L'.join(corners)}" if corners else ""

    def band(self, lower: Sequence[float], upper: Sequence[float]) -> str:
        there = list(zip(LEAD_DAYS, upper, strict=True))
        back = list(zip(LEAD_DAYS, lower, strict=True))[::-1]
        return f"{self.line(there + back)}Z"

"""The frame charts share: size, axes, the line between what is known and what is forecast."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from api.dashboard.chart.scale import DayScale, LinearScale, round_ticks
from api.dashboard.words import short_day

_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 12.0, 14.0, 24.0  # margins that hold the labels
_CLOSEST_LABELS = 44.0  # between two labels of days


@dataclass(frozen=True)
class Size:
    """Width and height of a chart, in its own units."""

    width: float
    height: float


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Frame:
    """Axes of a chart of consecutive days, of which the last ones are forecast.

    Attributes
    ----------
    reference_date : date
        The last observed day; the forecast begins after it.
    """

    size: Size
    x: DayScale
    y: LinearScale
    y_ticks: tuple[Tick, ...]
    reference_date: date

    @classmethod
    def around(
        cls, size: Size, *, days: tuple[date, date], reference_date: date, values: Iterable[float]
    ) -> Self:
        """Return a frame that holds some values between a first and a last day."""
        found = list(values) or [0.0]
        ticks = round_ticks(min(found), max(found))
        first, last = days
        x = DayScale(first, (last - first).days + 1, _LEFT, size.width - _RIGHT)
        y = LinearScale(ticks[0], ticks[-1], size.height - _BOTTOM, _TOP)
        return cls(
            size, x, y, tuple(Tick(y(value), f"{value:g}") for value in ticks), reference_date
        )

    @property
    def left(self) -> float:
        """Where the plot begins."""
        return self.x.start

    @property
    def right(self) -> float:
        """Where the plot ends."""
        return self.x.end

    @property
    def top(self) -> float:
        """The upper edge of the plot."""
        return self.y.end

    @property
    def bottom(self) -> float:
        """The lower edge of the plot."""
        return self.y.start

    @property
    def forecast_left(self) -> float:
        """Where the forecast begins."""
        return self.x.left(self.reference_date + timedelta(days=1))

    @property
    def x_ticks(self) -> tuple[Tick, ...]:
        """Labels of days: as many as fit, counted back from the last observed one."""
        every = max(1, round(_CLOSEST_LABELS / self.x.width + 0.5))
        return tuple(
            Tick(self.x.middle(day), f"{short_day(day)}")
            for day in self.x.days
            if (day - self.reference_date).days % every == 0
        )

"""The frame charts share: size, axes, the line between what is known and what is forecast."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from api.dashboard.chart.scale import DayScale, LinearScale, round_ticks

_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 12.0, 14.0, 24.0  # margins that hold the labels
_CLOSEST_LABELS = 52.0  # between two labels of days
_ROOM = 0.05  # share of the range of values left free above and below
_LEAST_ROOM = 1.0  # where all values are equal, in their unit


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
class DayTick:
    """A place on the axis of days, and which day it is."""

    at: float
    day: date


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
        cls,
        size: Size,
        *,
        days: tuple[date, date],
        reference_date: date,
        values: Iterable[float],
        floor: float | None = None,
    ) -> Self:
        """Return a frame that holds some values between a first and a last day.

        Parameters
        ----------
        floor : float, optional
            Where the axis of values begins; by default a little below the lowest one.
        """
        found = list(values) or [0.0]
        room = _ROOM * (max(found) - min(found)) or _LEAST_ROOM
        lowest = min(found) - room if floor is None else floor
        highest = max(found) + room
        first, last = days
        x = DayScale(first, (last - first).days + 1, _LEFT, size.width - _RIGHT)
        y = LinearScale(lowest, highest, size.height - _BOTTOM, _TOP)
        ticks = tuple(Tick(y(value), tick_label(value)) for value in round_ticks(lowest, highest))
        return cls(size, x, y, ticks, reference_date)

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
    def x_ticks(self) -> tuple[DayTick, ...]:
        """Days that are named: as many as fit, counted back from the last observed one."""
        every = max(1, round(_CLOSEST_LABELS / self.x.width + 0.5))
        return tuple(
            DayTick(self.x.middle(day), day)
            for day in self.x.days
            if (day - self.reference_date).days % every == 0
        )


def tick_label(value: float) -> str:
    """Return how a round value stands on an axis."""
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")

"""From values to places: linear scales, round tick values, and a scale of days."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_ROUND_STEPS = (1.0, 2.0, 5.0, 10.0, 20.0)


@dataclass(frozen=True)
class LinearScale:
    """Maps [lowest, highest] to [start, end] on the page."""

    lowest: float
    highest: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value."""
        share = (value - self.lowest) / (self.highest - self.lowest)
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True)
class DayScale:
    """Gives each of some consecutive days an equal width between `start` and `end`."""

    first_date: date
    n_days: int
    start: float
    end: float

    @property
    def width(self) -> float:
        """Width of one day."""
        return (self.end - self.start) / self.n_days

    @property
    def days(self) -> list[date]:
        """All days."""
        return [self.first_date + timedelta(days=n) for n in range(self.n_days)]

    def left(self, day: date) -> float:
        """Return where a day begins."""
        return self.start + (day - self.first_date).days * self.width

    def middle(self, day: date) -> float:
        """Return the middle of a day."""
        return self.left(day) + self.width / 2


def round_ticks(lowest: float, highest: float, *, at_most: int = 6) -> list[float]:
    """Return evenly spaced round values inside a range, `at_most` so many.

    Examples
    --------
    >>> round_ticks(3.2, 27.9)
    [5.0, 10.0, 15.0, 20.0, 25.0]
    >>> round_ticks(0.0, 1.0)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    magnitude = 10.0 ** math.floor(math.log10((highest - lowest) / at_most))
    steps = [magnitude * factor for factor in _ROUND_STEPS]
    found = [_multiples_inside(lowest, highest, step) for step in steps]
    return next((ticks for ticks in found if len(ticks) <= at_most), found[-1])


def _multiples_inside(lowest: float, highest: float, step: float) -> list[float]:
    first, last = math.ceil(lowest / step), math.floor(highest / step)
    return [round(n * step, 10) for n in range(first, last + 1)]


def path(points: Iterable[tuple[float, float] | None]) -> str:
    """Return the SVG path through points; None lifts the pen.

    Examples
    --------
    >>> path([(0, 1), (2, 3), None, (4, 5)])
    'M0.0 1.0L2.0 3.0M4.0 5.0'
    """
    parts = []
    pen = "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        parts.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
        pen = "L"
    return "".join(parts)


def area(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    """Return the closed SVG path between an upper and a lower line."""
    return path([*upper, *reversed(lower)]) + "Z" if upper else ""

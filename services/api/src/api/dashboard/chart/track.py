"""The chart of what came: a day's forecast of the day before, and what was then observed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from api.dashboard.chart.frame import Frame, Size
from api.dashboard.chart.scale import path


@dataclass(frozen=True)
class Came:
    """A day: what was said of it the day before, and what came.

    Attributes
    ----------
    is_inside : bool
        Whether the 80 % interval held it.
    """

    day: date
    forecast: float
    observed: float
    is_inside: bool

    @property
    def error(self) -> float:
        """Forecast minus observed."""
        return self.forecast - self.observed


@dataclass(frozen=True)
class Mark:
    """What came, as a point; `stem` is where the forecast was."""

    x: float
    y: float
    stem: float
    came: Came


@dataclass(frozen=True)
class TrackChart:
    """The forecasts as a line, what came as points that hang on it."""

    frame: Frame
    line: str
    marks: tuple[Mark, ...]

    @classmethod
    def of(cls, days: Sequence[Came], size: Size) -> Self:
        """Draw some days, oldest first."""
        frame = Frame.around(
            size,
            days=(days[0].day, days[-1].day),
            reference_date=days[-1].day,
            values=[value for one in days for value in (one.forecast, one.observed)],
        )
        marks = tuple(
            Mark(frame.x.middle(one.day), frame.y(one.observed), frame.y(one.forecast), one)
            for one in days
        )
        return cls(frame, path((mark.x, mark.stem) for mark in marks), marks)

"""The chart of errors by lead: a line an issuer, from tomorrow to a week ahead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from api.dashboard.chart.frame import Size, Tick, tick_label
from api.dashboard.chart.scale import LinearScale, path, round_ticks
from shared.forecasting.variables import LEAD_DAYS

_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 14.0, 14.0, 26.0
_ROOM = 1.08  # the largest error stays a little below the upper edge
_LEAST_TOP = 0.1  # where there is no error at all

#: Errors of an issuer: (lead, value), in the order of leads.
Errors = Sequence[tuple[int, float]]


@dataclass(frozen=True)
class Line:
    """The errors of an issuer."""

    issuer: str
    path: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class LeadChart:
    """Errors from nought up, by lead; the line that is drawn last lies on top."""

    size: Size
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, errors: Mapping[str, Errors], size: Size) -> Self:
        """Draw the errors of some issuers."""
        largest = max((value for line in errors.values() for _, value in line), default=0.0)
        top = max(largest * _ROOM, _LEAST_TOP)
        x = LinearScale(LEAD_DAYS[0], LEAD_DAYS[-1], _LEFT + 10, size.width - _RIGHT)
        y = LinearScale(0.0, top, size.height - _BOTTOM, _TOP)
        return cls(
            size,
            tuple(Tick(x(lead), str(lead)) for lead in LEAD_DAYS),
            tuple(Tick(y(value), tick_label(value)) for value in round_ticks(0.0, top, at_most=5)),
            tuple(_line(issuer, found, x, y) for issuer, found in errors.items()),
        )

    @property
    def left(self) -> float:
        """Where the plot begins."""
        return _LEFT

    @property
    def right(self) -> float:
        """Where the plot ends."""
        return self.size.width - _RIGHT

    @property
    def bottom(self) -> float:
        """The lower edge of the plot."""
        return self.size.height - _BOTTOM


def _line(issuer: str, errors: Errors, x: LinearScale, y: LinearScale) -> Line:
    points = tuple((x(lead), y(value)) for lead, value in errors)
    return Line(issuer, path(points), points)

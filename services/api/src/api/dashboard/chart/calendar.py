"""The calendar of completeness: a row a year, a cell a month, pure geometry."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from api.answers.quality import MonthAnswer
from api.dashboard.chart.frame import Size, Tick

_MONTHS_A_YEAR = 12
_LEFT, _TOP = 40.0, 20.0  # room for the names of years and months
_ROW, _GAP = 24.0, 3.0
_NARROW_CELL = 40.0  # below it only the number of a month fits
_ROUNDING = 1e-9  # 0.29 * 100 is a little less than 29
# Lower bounds of the shades; of the day or two in ten years that make 99.9 % nobody need know here.
_WHOLE = 0.995
_SHADES = ((_WHOLE, "whole"), (0.9, "most"), (0.5, "some"), (1e-9, "few"))


@dataclass(frozen=True)
class Cell:
    """A month.

    Attributes
    ----------
    shade : str
        `whole`, `most`, `some`, `few` or `none`.
    label : str
        Its completeness in per cent where it is not whole: colour alone says nothing to many.
    month : MonthAnswer
        What it is of.
    """

    x: float
    y: float
    width: float
    height: float
    shade: str
    label: str
    month: MonthAnswer

    @property
    def middle(self) -> float:
        """The middle of the cell, from the left."""
        return self.x + self.width / 2

    @property
    def baseline(self) -> float:
        """Where the label stands."""
        return self.y + self.height / 2 + 4


@dataclass(frozen=True)
class Calendar:
    """The months of a site, the newest year on top.

    Attributes
    ----------
    months : tuple of (int, float)
        The number of each month, and where its column has its middle.
    is_narrow : bool
        Whether there is no room for the names of the months.
    """

    size: Size
    years: tuple[Tick, ...]
    months: tuple[tuple[int, float], ...]
    is_narrow: bool
    cells: tuple[Cell, ...]

    @classmethod
    def of(cls, months: Sequence[MonthAnswer], width: float) -> Self:
        """Draw the months of a site, oldest first, at a width."""
        newest, oldest = _year(months[-1]), _year(months[0])
        step = (width - _LEFT) / _MONTHS_A_YEAR
        tops = {year: _TOP + (newest - year) * _ROW for year in range(newest, oldest - 1, -1)}
        return cls(
            size=Size(width, _TOP + len(tops) * _ROW),
            years=tuple(Tick(top + _ROW / 2 + 3, str(year)) for year, top in tops.items()),
            months=tuple(
                (place + 1, _LEFT + (place + 0.5) * step) for place in range(_MONTHS_A_YEAR)
            ),
            is_narrow=step < _NARROW_CELL,
            cells=tuple(_cell(month, tops[_year(month)], step) for month in months),
        )


def _cell(month: MonthAnswer, top: float, step: float) -> Cell:
    place = month_number(month) - 1
    share = month.completeness
    percent = f"{math.floor(share * 100 + _ROUNDING)}"
    return Cell(
        x=_LEFT + place * step,
        y=top,
        width=step - _GAP,
        height=_ROW - _GAP,
        shade=shade(share),
        label="" if share >= _WHOLE else percent,
        month=month,
    )


def shade(share: float) -> str:
    """Return the shade a completeness (0 to 1) is shown in."""
    return next((name for least, name in _SHADES if share >= least), "none")


def _year(month: MonthAnswer) -> int:
    return int(month.month[:4])


def month_number(month: MonthAnswer) -> int:
    """Return which month of its year it is, from 1."""
    return int(month.month[5:])

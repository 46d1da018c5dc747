"""The calendar of completeness: a row a year, a cell a month, pure geometry."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from api.answers.quality import MonthAnswer
from api.dashboard.chart.frame import Size, Tick
from api.dashboard.words import MONTHS, whole_percent

_MONTHS_A_YEAR = len(MONTHS)
_LEFT, _TOP = 40.0, 20.0  # room for the names of years and months
_ROW, _GAP = 24.0, 3.0
_NARROW_CELL = 40.0  # below it only the first letter of a month fits
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
    title : str
        The same in words.
    """

    x: float
    y: float
    width: float
    height: float
    shade: str
    label: str
    title: str

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
    """The months of a site, the newest year on top."""

    size: Size
    years: tuple[Tick, ...]
    months: tuple[Tick, ...]
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
                Tick(_LEFT + (place + 0.5) * step, _month_label(name, step))
                for place, name in enumerate(MONTHS)
            ),
            cells=tuple(_cell(month, tops[_year(month)], step) for month in months),
        )


def _cell(month: MonthAnswer, top: float, step: float) -> Cell:
    place = int(month.month[5:]) - 1
    share = month.completeness
    percent = f"{math.floor(share * 100 + _ROUNDING)}"
    days = f"{month.observed_days} of {month.days} days"
    return Cell(
        x=_LEFT + place * step,
        y=top,
        width=step - _GAP,
        height=_ROW - _GAP,
        shade=shade(share),
        label="" if share >= _WHOLE else percent,
        title=f"{MONTHS[place]} {month.month[:4]}: {whole_percent(share)}, {days}",
    )


def shade(share: float) -> str:
    """Return the shade a completeness (0 to 1) is shown in."""
    return next((name for least, name in _SHADES if share >= least), "none")


def _year(month: MonthAnswer) -> int:
    return int(month.month[:4])


def _month_label(name: str, step: float) -> str:
    return name[:1] if step < _NARROW_CELL else name[:3]

"""The bar chart of rain: what fell, then what is expected with the chance of a wet day above it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np

from api.dashboard.chart.frame import Frame, Size
from shared.forecasting.arrays import FloatArray
from shared.forecasting.variable_forecast import VariableForecast

_GAP = 0.25  # share of a day's width left empty between bars
_LOWEST_TOP = 5.0  # mm: so that a drizzle does not look like a flood


@dataclass(frozen=True)
class Bar:
    """One day's amount; a forecast one has a line up to where four in five days stay below."""

    x: float
    y: float
    width: float
    height: float
    is_forecast: bool
    whisker_top: float | None = None
    label: str | None = None

    @property
    def middle(self) -> float:
        """The middle of the bar."""
        return self.x + self.width / 2


@dataclass(frozen=True)
class BarChart:
    """A frame and the bars in it."""

    frame: Frame
    bars: tuple[Bar, ...]

    @classmethod
    def of(
        cls,
        days: Sequence[date],
        observed: FloatArray,
        forecast: VariableForecast | None,
        size: Size,
    ) -> Self:
        """Draw observed amounts (mm, NaN where missing) and a forecast after them."""
        valid_dates = forecast.valid_dates.astype(object).tolist() if forecast else []
        tops = forecast.upper_80.tolist() if forecast else []
        frame = Frame.around(
            size,
            days=(days[0], (valid_dates or days)[-1]),
            reference_date=days[-1],
            values=[0.0, _LOWEST_TOP, *observed[np.isfinite(observed)].tolist(), *tops],
            floor=0.0,
        )
        fallen = [
            _bar(frame, day, amount)
            for day, amount in zip(days, observed.tolist(), strict=True)
            if amount > 0
        ]
        return cls(frame, (*fallen, *_expected(frame, valid_dates, forecast)))


def _expected(frame: Frame, days: Sequence[date], forecast: VariableForecast | None) -> list[Bar]:
    if forecast is None:
        return []
    chances = forecast.probability if forecast.probability is not None else np.zeros(len(days))
    return [
        _bar(frame, day, amount, top=top, label=f"{chance * 100:.0f}")
        for day, amount, top, chance in zip(
            days,
            forecast.value.tolist(),
            forecast.upper_80.tolist(),
            chances.tolist(),
            strict=True,
        )
    ]


def _bar(
    frame: Frame, day: date, amount: float, *, top: float | None = None, label: str | None = None
) -> Bar:
    y = frame.y(amount)
    return Bar(
        x=frame.x.left(day) + frame.x.width * _GAP / 2,
        y=y,
        width=frame.x.width * (1 - _GAP),
        height=frame.bottom - y,
        is_forecast=label is not None,
        whisker_top=frame.y(top) if top is not None else None,
        label=label,
    )

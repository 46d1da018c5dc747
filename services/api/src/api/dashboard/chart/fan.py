"""The fan chart: what was observed, carried on by the forecast and its widening intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np

from api.dashboard.chart.frame import Frame, Size
from api.dashboard.chart.scale import area, path
from shared.forecasting.arrays import FloatArray
from shared.forecasting.variable_forecast import VariableForecast

Point = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """What is drawn of one variable.

    Attributes
    ----------
    kind : str
        Names the colour.
    days, observed : list of date, ndarray of shape (n_days,)
        The last observed days; NaN where nothing was observed.
    usual : ndarray of shape (n_days + 7,), optional
        What is usual for the season, on the observed and the forecast days.
    earlier : sequence of (date, float)
        What the forecast before this one said, by day.
    """

    kind: str
    days: Sequence[date]
    observed: FloatArray
    forecast: VariableForecast | None
    usual: FloatArray | None = None
    earlier: Sequence[tuple[date, float]] = ()

    @property
    def valid_dates(self) -> list[date]:
        """The days that are forecast."""
        if self.forecast is None:
            return []
        dates: list[date] = self.forecast.valid_dates.astype(object).tolist()
        return dates

    def values(self) -> list[float]:
        """Return every finite value the chart must have room for."""
        arrays = [self.observed]
        if self.forecast is not None:
            arrays += [self.forecast.lower_95, self.forecast.upper_95]
        if self.usual is not None:
            arrays.append(self.usual)
        together = np.concatenate([*arrays, [value for _, value in self.earlier]])
        return [float(value) for value in together[np.isfinite(together)]]


@dataclass(frozen=True)
class Fan:
    """A series as paths: the bands, the lines, and where its points stand."""

    kind: str
    observed: str
    expected: str
    band_80: str
    band_95: str
    usual: str
    earlier: str
    points: tuple[Point, ...]

    @classmethod
    def of(cls, series: Series, frame: Frame) -> Self:
        """Place a series in a frame."""
        observed = [
            (frame.x.middle(day), frame.y(value)) if np.isfinite(value) else None
            for day, value in zip(series.days, series.observed.tolist(), strict=True)
        ]
        # The fan opens at the last observed day, where nothing is uncertain.
        origin = observed[-1:] if observed and observed[-1] is not None else []
        apex = [point for point in origin if point is not None]
        found = series.forecast
        expected = apex + _line(series.valid_dates, found.value if found else None, frame)
        return cls(
            kind=series.kind,
            observed=path(observed),
            expected=path(expected),
            band_80=_band(series, "80", apex, frame),
            band_95=_band(series, "95", apex, frame),
            usual=path(_line([*series.days, *series.valid_dates], series.usual, frame)),
            earlier=path((frame.x.middle(day), frame.y(value)) for day, value in series.earlier),
            points=tuple(expected[len(apex) :]),
        )


@dataclass(frozen=True)
class FanChart:
    """A frame and the fans in it."""

    frame: Frame
    fans: tuple[Fan, ...]

    @classmethod
    def of(cls, series: Sequence[Series], size: Size, *, floor: float | None = None) -> Self:
        """Draw series that share their days; `floor` is where the axis begins."""
        first = series[0]
        frame = Frame.around(
            size,
            days=(first.days[0], (first.valid_dates or first.days)[-1]),
            reference_date=first.days[-1],
            values=[value for one in series for value in one.values()],
            floor=floor,
        )
        return cls(frame, tuple(Fan.of(one, frame) for one in series))


def _line(days: Sequence[date], values: FloatArray | None, frame: Frame) -> list[Point]:
    if values is None:
        return []
    return [
        (frame.x.middle(day), frame.y(value))
        for day, value in zip(days, values.tolist(), strict=True)
    ]


def _band(series: Series, percent: str, apex: list[Point], frame: Frame) -> str:
    if series.forecast is None:
        return ""
    upper = _line(series.valid_dates, getattr(series.forecast, f"upper_{percent}"), frame)
    lower = _line(series.valid_dates, getattr(series.forecast, f"lower_{percent}"), frame)
    return area(apex + upper, apex + lower)

"""The kinds of features, each a column computed from anomalies of a day and the days before it."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from shared.forecasting.arrays import DateArray, FloatArray
from shared.forecasting.climatology import seasonal_harmonics

#: Harmonics of the year that features know.
SEASON_ORDER = 2

_PRODUCT_UNIT = 16.0


@dataclass(frozen=True)
class Anomalies:
    """Anomalies by series name, shape (n_days,) each, short gaps bridged; and their days."""

    dates: DateArray
    by_series: Mapping[str, FloatArray]

    @functools.cached_property
    def season(self) -> FloatArray:
        """Sines and cosines of the yearly cycle on the days, shape (n_days, 4)."""
        return seasonal_harmonics(self.dates, SEASON_ORDER)

    def newest(self) -> "Newest":
        """Return them as the last day sees them."""
        return Newest(self.by_series, seasonal_harmonics(self.dates[-1], SEASON_ORDER).tolist())


@dataclass(frozen=True)
class Newest:
    """Anomalies as seen from the last day: what a forecast is made of, number by number."""

    by_series: Mapping[str, FloatArray]
    season: Sequence[float]

    def ago(self, series: str, days: int) -> float:
        """Return the anomaly some days before the last one."""
        column = self.by_series[series]
        return float(column[-1 - days]) if days < column.size else np.nan

    def mean(self, series: str, days: int, *, fewest: int) -> float:
        """Return the mean of what is there of the last days, NaN if fewer than `fewest`."""
        last = self.by_series[series][-days:]
        total = float(np.add.reduce(last))
        if np.isnan(total):
            last = last[~np.isnan(last)]
            total = float(np.add.reduce(last))
        return total / last.size if last.size >= fewest else np.nan


class Feature(Protocol):
    """One column of the features: what it is called and how it is computed."""

    @property
    def name(self) -> str:
        """The column's name."""
        ...

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the feature of every day, shape (n_days,), NaN where it cannot be known."""
        ...

    def newest(self, anomalies: Newest) -> float:
        """Return the feature of the last day: the last value of `column`, to within rounding."""
        ...


@dataclass(frozen=True)
class Lag:
    """The anomaly some days ago."""

    series: str
    days: int

    @property
    def name(self) -> str:
        """Name of the column."""
        return f"{self.series}_lag_{self.days}"

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the anomaly `days` before each day."""
        return _shifted(anomalies.by_series[self.series], self.days)

    def newest(self, anomalies: Newest) -> float:
        """Return the anomaly `days` before the last one."""
        return anomalies.ago(self.series, self.days)


@dataclass(frozen=True)
class Mean:
    """The mean anomaly of the last days, all of which must be there."""

    series: str
    days: int

    @property
    def name(self) -> str:
        """Name of the column."""
        return f"{self.series}_mean_{self.days}"

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the mean over the `days` days up to each day."""
        return _trailing_mean(anomalies.by_series[self.series], self.days, fewest=self.days)

    def newest(self, anomalies: Newest) -> float:
        """Return the mean over the last `days` days."""
        return anomalies.mean(self.series, self.days, fewest=self.days)


@dataclass(frozen=True)
class Level:
    """The mean anomaly of the last year, from the days that are there: how warm it has been."""

    series: str
    days: int
    fewest: int = 30

    @property
    def name(self) -> str:
        """Name of the column."""
        return f"{self.series}_level_{self.days}"

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the mean of at least `fewest` days among the last `days`."""
        return _trailing_mean(anomalies.by_series[self.series], self.days, fewest=self.fewest)

    def newest(self, anomalies: Newest) -> float:
        """Return the mean of what is there of the last `days` days."""
        return anomalies.mean(self.series, self.days, fewest=self.fewest)


@dataclass(frozen=True)
class Difference:
    """One anomaly less another on the same day: day-night range, or a change since `days` ago."""

    series: str
    other: str
    days: int = 0

    @property
    def name(self) -> str:
        """Name of the column."""
        return f"{self.series}_minus_{self.other}_lag_{self.days}"

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the difference of each day."""
        return anomalies.by_series[self.series] - _shifted(
            anomalies.by_series[self.other], self.days
        )

    def newest(self, anomalies: Newest) -> float:
        """Return the difference on the last day."""
        return anomalies.ago(self.series, 0) - anomalies.ago(self.other, self.days)


@dataclass(frozen=True)
class Season:
    """A sine or cosine of the yearly cycle at the reference date, by its place in the series."""

    place: int

    @property
    def name(self) -> str:
        """Name of the column."""
        return f"season_{self.place}"

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the wave on each day."""
        return anomalies.season[:, self.place]

    def newest(self, anomalies: Newest) -> float:
        """Return the wave on the last day."""
        return anomalies.season[self.place]


@dataclass(frozen=True)
class SeasonalAnomaly:
    """Today's anomaly times a wave of the yearly cycle: it may count for more in one season."""

    series: str
    place: int

    @property
    def name(self) -> str:
        """Name of the column."""
        return f"{self.series}_season_{self.place}"

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the product on each day."""
        return anomalies.by_series[self.series] * anomalies.season[:, self.place]

    def newest(self, anomalies: Newest) -> float:
        """Return the product on the last day."""
        return anomalies.ago(self.series, 0) * anomalies.season[self.place]


@dataclass(frozen=True)
class Product:
    """One feature times another, or its square: what neither tells alone.

    Divided by 16, so that products of the widest anomalies stay on the grid of the builder.
    """

    first: Feature
    second: Feature

    @property
    def name(self) -> str:
        """Name of the column."""
        return f"{self.first.name}_x_{self.second.name}"

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the product on each day."""
        return self.first.column(anomalies) * self.second.column(anomalies) / _PRODUCT_UNIT

    def newest(self, anomalies: Newest) -> float:
        """Return the product on the last day."""
        return self.first.newest(anomalies) * self.second.newest(anomalies) / _PRODUCT_UNIT


def _shifted(series: FloatArray, days: int) -> FloatArray:
    if days == 0:
        return series
    shifted = np.full_like(series, np.nan)
    shifted[days:] = series[:-days]
    return shifted


def _trailing_mean(series: FloatArray, days: int, *, fewest: int) -> FloatArray:
    """Return the mean of what is there among the last `days` days, NaN if fewer than `fewest`."""
    there = ~np.isnan(series)
    window = np.ones(days)
    total = np.convolve(np.where(there, series, 0.0), window)[: series.size]
    count = np.convolve(there.astype(np.float64), window)[: series.size]
    return np.where(count >= fewest, total / np.maximum(count, 1.0), np.nan)

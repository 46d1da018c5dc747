"""The kinds of features, each a column computed from anomalies of a day and the days before it."""

from collections.abc import Mapping
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

    def newest(self, n_days: int) -> "Anomalies":
        """Return those of the last days alone."""
        series = {name: column[-n_days:] for name, column in self.by_series.items()}
        return Anomalies(self.dates[-n_days:], series)


class Feature(Protocol):
    """One column of the features: what it is called and how it is computed."""

    @property
    def name(self) -> str:
        """The column's name."""
        ...

    @property
    def reach(self) -> int:
        """How many days before a day its feature looks at."""
        ...

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the feature of every day, shape (n_days,), NaN where it cannot be known."""
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

    @property
    def reach(self) -> int:
        """Days looked back on."""
        return self.days

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the anomaly `days` before each day."""
        return _shifted(anomalies.by_series[self.series], self.days)


@dataclass(frozen=True)
class Mean:
    """The mean anomaly of the last days, all of which must be there."""

    series: str
    days: int

    @property
    def name(self) -> str:
        """Name of the column."""
        return f"{self.series}_mean_{self.days}"

    @property
    def reach(self) -> int:
        """Days looked back on."""
        return self.days - 1

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the mean over the `days` days up to each day."""
        return _trailing_mean(anomalies.by_series[self.series], self.days, fewest=self.days)


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

    @property
    def reach(self) -> int:
        """Days looked back on."""
        return self.days - 1

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the mean of at least `fewest` days among the last `days`."""
        return _trailing_mean(anomalies.by_series[self.series], self.days, fewest=self.fewest)


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

    @property
    def reach(self) -> int:
        """Days looked back on."""
        return self.days

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the difference of each day."""
        return anomalies.by_series[self.series] - _shifted(
            anomalies.by_series[self.other], self.days
        )


@dataclass(frozen=True)
class Season:
    """A sine or cosine of the yearly cycle at the reference date, by its place in the series."""

    place: int

    @property
    def name(self) -> str:
        """Name of the column."""
        return f"season_{self.place}"

    @property
    def reach(self) -> int:
        """Days looked back on."""
        return 0

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the wave on each day."""
        return seasonal_harmonics(anomalies.dates, SEASON_ORDER)[:, self.place]


@dataclass(frozen=True)
class SeasonalAnomaly:
    """Today's anomaly times a wave of the yearly cycle: it may count for more in one season."""

    series: str
    place: int

    @property
    def name(self) -> str:
        """Name of the column."""
        return f"{self.series}_season_{self.place}"

    @property
    def reach(self) -> int:
        """Days looked back on."""
        return 0

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the product on each day."""
        return anomalies.by_series[self.series] * Season(self.place).column(anomalies)


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

    @property
    def reach(self) -> int:
        """Days looked back on."""
        return max(self.first.reach, self.second.reach)

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the product on each day."""
        return self.first.column(anomalies) * self.second.column(anomalies) / _PRODUCT_UNIT


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

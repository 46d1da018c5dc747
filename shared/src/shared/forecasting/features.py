"""The one feature builder: training, serving and replay describe a reference date alike.

A feature of a reference date is made of anomalies of that date and the days before it, and of the
calendar. Nothing later is ever touched: gaps are bridged only between observed days, and a
reference date on which any series in use was not observed has no features at all.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self

import numpy as np

from shared.forecasting.arrays import (
    BoolArray,
    DateArray,
    Float32Array,
    FloatArray,
    valid_dates,
)
from shared.forecasting.baseline import OWN, Baseline
from shared.forecasting.climatology import seasonal_harmonics
from shared.forecasting.gaps import bridge_gaps
from shared.forecasting.history import DailyHistory
from shared.forecasting.record import Record
from shared.forecasting.variables import LEAD_DAYS, Variable

_BUILDER_VERSION = 1
# Features are rounded to multiples of 1/1024. Values below 4096 and the midpoints between them are
# then exact in single precision, so no tree can decide differently in the served artifact.
_RESOLUTION = 1024.0

# An input is used where it is there: on this share of the days on which the target was observed,
# both ever and lately (days). A model with an input that has dried up could not be served.
_INPUT_SHARE = 0.9
_LATELY_DAYS = 90


@dataclass(frozen=True)
class Anomalies:
    """Anomalies by series name, shape (n_days,) each, short gaps bridged; and their days."""

    dates: DateArray
    by_series: Mapping[str, FloatArray]


class Feature(Protocol):
    """One column of the features: what it is called and how it is computed."""

    @property
    def name(self) -> str:
        """The column's name."""
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

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the mean over the `days` days up to each day."""
        return _trailing_mean(anomalies.by_series[self.series], self.days, fewest=self.days)


@dataclass(frozen=True)
class Level:
    """The mean anomaly of the last year, from the days that are there: how warm it has been."""

    series: str
    days: int = 365
    fewest: int = 30

    @property
    def name(self) -> str:
        """Name of the column."""
        return f"{self.series}_level_{self.days}"

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

    def column(self, anomalies: Anomalies) -> FloatArray:
        """Return the wave on each day."""
        return seasonal_harmonics(anomalies.dates, _SEASON_ORDER)[:, self.place]


_SEASON_ORDER = 2
_OWN_LAGS, _OWN_MEANS = range(7), (3, 7, 14, 30)
_INPUT_LAGS, _INPUT_MEANS = range(3), (7, 30)


class Layout(StrEnum):
    """How leads are laid out for a regressor."""

    WIDE = "wide"  # one row a reference date, seven outputs
    LONG = "long"  # one row a reference date and lead, one output; the lead is a feature


_LONG_NAMES = ("lead", "damped_anomaly", "valid_sin", "valid_cos")


class FeatureSpecification(Record):
    """Which features a model is given; a model is refused where they cannot be built.

    Attributes
    ----------
    target : Variable
    inputs : tuple of Variable
        The other series in use; for precipitation, its own amounts are among them.
    """

    target: Variable
    inputs: tuple[Variable, ...]
    layout: Layout
    builder_version: int = _BUILDER_VERSION

    @classmethod
    def for_history(cls, target: Variable, history: DailyHistory, layout: Layout) -> Self:
        """Return the specification with every input the site has."""
        return cls(target=target, inputs=_available_inputs(target, history), layout=layout)

    @property
    def features(self) -> tuple[Feature, ...]:
        """The features of a reference date, as a table."""
        return (
            *(Lag(OWN, days) for days in _OWN_LAGS),
            *(Mean(OWN, days) for days in _OWN_MEANS),
            Level(OWN),
            *(Lag(name, days) for name in self.inputs for days in _INPUT_LAGS),
            *(Mean(name, days) for name in self.inputs for days in _INPUT_MEANS),
            *self._differences(),
            *(Season(place) for place in range(2 * _SEASON_ORDER)),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The columns a regressor is given, in their order."""
        own = tuple(feature.name for feature in self.features)
        return own if self.layout is Layout.WIDE else (*own, *_LONG_NAMES)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that decides what the columns mean."""
        content = {
            "builder_version": self.builder_version,
            "target": self.target,
            "layout": self.layout,
            "leads": LEAD_DAYS,
            "names": self.names,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _differences(self) -> tuple[Feature, ...]:
        series = {name: OWN if name is self.target else name.value for name in self.inputs}
        if self.target is not Variable.PRECIPITATION:
            series[self.target] = OWN
        warmest, coldest = Variable.TEMPERATURE_MAX, Variable.TEMPERATURE_MIN
        pressure = Variable.SURFACE_PRESSURE_MEAN
        found: list[Feature] = []
        if warmest in series and coldest in series:
            found.append(Difference(series[warmest], series[coldest]))
        if pressure in series:
            found.append(Difference(series[pressure], series[pressure], days=1))
        return tuple(found)


def build_features(
    specification: FeatureSpecification, baseline: Baseline, history: DailyHistory
) -> Float32Array:
    """Return the features of every day of a history as a reference date.

    Returns
    -------
    ndarray of shape (n_days, n_features)
        A row is NaN throughout where it cannot be built: a series in use was not observed on the
        day itself, or a gap longer than can be bridged touches the days it looks back on.
    """
    raw = baseline.anomalies(history)
    bridged = {name: bridge_gaps(series) for name, series in raw.items()}
    anomalies = Anomalies(history.dates, bridged)
    columns = np.column_stack([f.column(anomalies) for f in specification.features])
    columns = np.round(columns * _RESOLUTION) / _RESOLUTION
    observed = np.logical_and.reduce([~np.isnan(series) for series in raw.values()])
    columns[~observed | np.isnan(columns).any(axis=1)] = np.nan
    return columns.astype(np.float32)


def has_features(features: Float32Array) -> BoolArray:
    """Say for each row whether it could be built."""
    return ~np.isnan(features[:, 0])


def regressor_input(
    specification: FeatureSpecification,
    baseline: Baseline,
    dates: DateArray,
    features: Float32Array,
) -> Float32Array:
    """Lay features out for the regressor.

    Parameters
    ----------
    dates : ndarray of datetime64[D], shape (n,)
        The reference dates.
    features : ndarray of shape (n, n_features)
        Their rows of `build_features`.

    Returns
    -------
    ndarray of shape (n, n_names) or (7 n, n_names)
        In the long layout the seven leads of a reference date follow each other.
    """
    if specification.layout is Layout.WIDE:
        return features
    damping = np.array(baseline.damped_persistence.damping)
    leads = np.broadcast_to(np.array(LEAD_DAYS, np.float64), (len(dates), len(LEAD_DAYS)))
    waves = seasonal_harmonics(valid_dates(dates), 1)
    own_today = features[:, :1].astype(np.float64)  # the first feature is the own anomaly
    by_lead = np.stack([leads, own_today * damping, waves[..., 0], waves[..., 1]], axis=-1)
    by_lead = (np.round(by_lead * _RESOLUTION) / _RESOLUTION).astype(np.float32)
    return np.column_stack(
        [np.repeat(features, len(LEAD_DAYS), axis=0), by_lead.reshape(-1, len(_LONG_NAMES))]
    )


def _available_inputs(target: Variable, history: DailyHistory) -> tuple[Variable, ...]:
    wanted = ~np.isnan(history.column(target))
    lately = np.flatnonzero(wanted)[-_LATELY_DAYS:]

    def is_there(name: Variable) -> bool:
        present = ~np.isnan(history.column(name))
        ever, recent = float(present[wanted].mean()), float(present[lately].mean())
        return min(ever, recent) >= _INPUT_SHARE

    others = (name for name in Variable if name is not target or name is Variable.PRECIPITATION)
    return tuple(name for name in others if wanted.any() and is_there(name))


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

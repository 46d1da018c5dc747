"""The builder: every day of a history as a reference date, in one pass."""

import numpy as np

from shared.forecasting.arrays import (
    BoolArray,
    DateArray,
    Float32Array,
    FloatArray,
    valid_dates,
)
from shared.forecasting.baseline import Baseline
from shared.forecasting.climatology import seasonal_harmonics
from shared.forecasting.features.columns import Anomalies
from shared.forecasting.features.gaps import bridge_gaps
from shared.forecasting.features.specification import LONG_NAMES, FeatureSpecification, Layout
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import LEAD_DAYS

# Features are rounded to multiples of 1/1024. Values below 4096 and the midpoints between them are
# then exact in single precision, so no tree can decide differently in the served artifact.
_RESOLUTION = 1024.0


def build_features(
    specification: FeatureSpecification, baseline: Baseline, known: ForecastInputs
) -> Float32Array:
    """Return the features of every day of a site's history as a reference date.

    Returns
    -------
    ndarray of shape (n_days, n_features)
        A row is NaN throughout where it cannot be built: a series in use was not observed on the
        day itself, or a gap longer than can be bridged touches the days it looks back on.
    """
    anomalies, observed = _anomalies(specification, baseline, known)
    columns = np.column_stack([feature.column(anomalies) for feature in specification.features])
    return _usable(columns, observed)


def build_newest_features(
    specification: FeatureSpecification, baseline: Baseline, known: ForecastInputs
) -> Float32Array:
    """Return the last row of `build_features`, shape (1, n_features), number by number.

    Of a single row arrays would cost more than all that is done to them.
    """
    anomalies, observed = _anomalies(specification, baseline, known)
    newest = anomalies.newest()
    row = np.array([[feature.newest(newest) for feature in specification.features]])
    return _usable(row, observed[-1:])


def _anomalies(
    specification: FeatureSpecification, baseline: Baseline, known: ForecastInputs
) -> tuple[Anomalies, BoolArray]:
    """Return the anomalies with short gaps bridged, and on which days all were observed."""
    by_series = baseline.anomalies(specification.sources, known)
    missing = np.isnan(np.array([*by_series.values()]))
    for name, has_gaps in zip(tuple(by_series), np.any(missing, axis=1), strict=True):
        if has_gaps:
            by_series[name] = bridge_gaps(by_series[name])
    observed: BoolArray = ~np.any(missing, axis=0)
    return Anomalies(known.own.dates, by_series), observed


def _usable(columns: FloatArray, observed: BoolArray) -> Float32Array:
    """Return rounded columns, NaN throughout where a row cannot be built."""
    rounded = _rounded(columns)
    rounded[~observed | np.isnan(rounded).any(axis=1)] = np.nan
    return rounded.astype(np.float32)


def has_features(features: Float32Array) -> BoolArray:
    """Say for each row whether it could be built."""
    return ~np.isnan(features[:, 0])


def regressor_input(
    specification: FeatureSpecification,
    baseline: Baseline,
    dates: DateArray,
    features: Float32Array,
    first_guess: FloatArray,
) -> Float32Array:
    """Lay features out for the regressor.

    Parameters
    ----------
    dates : ndarray of datetime64[D], shape (n,)
        The reference dates.
    features : ndarray of shape (n, n_features)
        Their rows of `build_features`.
    first_guess : ndarray of shape (n, 7)
        Of the target series on the valid dates.

    Returns
    -------
    ndarray of shape (n, n_names) or (7 n, n_names)
        In the long layout the seven leads of a reference date follow each other.
    """
    if specification.layout is Layout.WIDE:
        return features
    days = valid_dates(dates)
    terms = np.empty((*days.shape, len(LONG_NAMES)))
    terms[..., 0] = LEAD_DAYS
    terms[..., 1] = first_guess - baseline.climatology.at(days)
    terms[..., 2:] = seasonal_harmonics(days, 1)
    n_features = features.shape[1]
    laid_out = np.empty((*days.shape, n_features + len(LONG_NAMES)), np.float32)
    laid_out[..., :n_features] = features[:, np.newaxis]
    laid_out[..., n_features:] = _rounded(terms)
    return laid_out.reshape(-1, laid_out.shape[-1])


def _rounded(values: FloatArray) -> FloatArray:
    rounded: FloatArray = np.round(values * _RESOLUTION) / _RESOLUTION
    return rounded

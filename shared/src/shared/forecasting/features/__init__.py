"""The one feature builder: training, serving and replay describe a reference date alike.

A feature of a reference date is made of anomalies of that date and the days before it, and of the
calendar. Nothing later is ever touched: gaps are bridged only between observed days, and a
reference date on which any series in use was not observed has no features at all.
"""

from shared.forecasting.features.builder import (
    build_features,
    build_newest_features,
    has_features,
    regressor_input,
)
from shared.forecasting.features.specification import FeatureSpecification, Layout

__all__ = [
    "FeatureSpecification",
    "Layout",
    "build_features",
    "build_newest_features",
    "has_features",
    "regressor_input",
]

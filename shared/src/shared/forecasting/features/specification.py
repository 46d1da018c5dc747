"""Which features a model is given: a table of columns with a fingerprint."""

import hashlib
import json
from enum import StrEnum
from typing import Self

import numpy as np

from shared.forecasting.baseline import OWN
from shared.forecasting.features.columns import (
    SEASON_ORDER,
    Difference,
    Feature,
    Lag,
    Level,
    Mean,
    Season,
    SeasonalAnomaly,
)
from shared.forecasting.history import DailyHistory
from shared.forecasting.record import Record
from shared.forecasting.variables import CIRCULAR, LEAD_DAYS, Variable

_BUILDER_VERSION = 1

# An input is used where it is there: on this share of the days on which the target was observed,
# both ever and lately (days). A model with an input that has dried up could not be served.
_INPUT_SHARE = 0.9
_LATELY_DAYS = 90

# Chosen on 13 places under five climates, never on their last year: longer lags and further means
# cost skill at every lead, seasonal anomalies add it at the first.
_OWN_LAGS, _OWN_MEANS = range(4), (7, 30)
_INPUT_LAGS, _INPUT_MEANS = range(2), (7,)
_SEASONAL_PLACES = range(2)


class Layout(StrEnum):
    """How leads are laid out for a regressor."""

    WIDE = "wide"  # one row a reference date, seven outputs
    LONG = "long"  # one row a reference date and lead, one output; the lead is a feature


#: Columns the long layout adds for each lead.
LONG_NAMES = ("lead", "damped_anomaly", "valid_sin", "valid_cos")


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
            *(Season(place) for place in range(2 * SEASON_ORDER)),
            *(SeasonalAnomaly(s, p) for s in (OWN, *self.inputs) for p in _SEASONAL_PLACES),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The columns a regressor is given, in their order."""
        own = tuple(feature.name for feature in self.features)
        return own if self.layout is Layout.WIDE else (*own, *LONG_NAMES)

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


def _available_inputs(target: Variable, history: DailyHistory) -> tuple[Variable, ...]:
    wanted = ~np.isnan(history.column(target))
    lately = np.flatnonzero(wanted)[-_LATELY_DAYS:]

    def is_there(name: Variable) -> bool:
        present = ~np.isnan(history.column(name))
        ever, recent = float(present[wanted].mean()), float(present[lately].mean())
        return min(ever, recent) >= _INPUT_SHARE

    others = (
        name
        for name in Variable
        if name not in CIRCULAR and (name is not target or name is Variable.PRECIPITATION)
    )
    return tuple(name for name in others if wanted.any() and is_there(name))

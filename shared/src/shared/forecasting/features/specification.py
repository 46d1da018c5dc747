"""Which features a model is given: a table of columns with a fingerprint."""

import functools
import hashlib
import itertools
import json
from collections.abc import Iterator
from enum import StrEnum

from shared.forecasting.baseline import GUIDANCE, OWN
from shared.forecasting.features.columns import (
    SEASON_ORDER,
    Difference,
    Feature,
    Lag,
    Level,
    Mean,
    Product,
    Season,
    SeasonalAnomaly,
)
from shared.forecasting.record import Record
from shared.forecasting.sources import Sources
from shared.forecasting.variables import LEAD_DAYS, Variable

_BUILDER_VERSION = 3

# Chosen on the years before the last one of all places, which stays unseen: decisions 0020, 0032.
_OWN_LAGS, _OWN_MEANS, _OWN_LEVELS = range(4), (7, 30), (90, 365)
_INPUT_LAGS, _INPUT_MEANS = range(2), (7,)
_NEIGHBOUR_LAGS = range(2)
_SEASONAL_PLACES = range(2)
_KIND_OF_DAY = (Variable.HUMIDITY_MEAN, Variable.PRECIPITATION)


class Layout(StrEnum):
    """How leads are laid out for a regressor."""

    WIDE = "wide"  # one row a reference date, seven outputs
    LONG = "long"  # one row a reference date and lead, one output; the lead is a feature


#: Columns the long layout adds for each lead.
LONG_NAMES = ("lead", "first_guess_anomaly", "valid_sin", "valid_cos")


class FeatureSpecification(Record):
    """Which features a model is given; a model is refused where they cannot be built."""

    target: Variable
    sources: Sources
    layout: Layout
    builder_version: int = _BUILDER_VERSION

    @property
    def inputs(self) -> tuple[Variable, ...]:
        """The site's other series in use."""
        return self.sources.inputs

    @functools.cached_property
    def features(self) -> tuple[Feature, ...]:
        """The features of a reference date, as a table."""
        inputs = self.sources.inputs
        return (
            *(Lag(OWN, days) for days in _OWN_LAGS),
            *(Mean(OWN, days) for days in _OWN_MEANS),
            *(Level(OWN, days) for days in _OWN_LEVELS),
            *(Lag(name, days) for name in inputs for days in _INPUT_LAGS),
            *(Mean(name, days) for name in inputs for days in _INPUT_MEANS),
            *self._differences(),
            *self._of_neighbours(),
            *(Lag(name, 0) for name in GUIDANCE if self.sources.guidance),
            *(Season(place) for place in range(2 * SEASON_ORDER)),
            *(SeasonalAnomaly(s, p) for s in (OWN, *inputs) for p in _SEASONAL_PLACES),
            *self._products(),
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
            "guidance": self.sources.guidance,
            "names": self.names,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _of_neighbours(self) -> Iterator[Feature]:
        for series in self.sources.neighbours:
            yield from (Lag(series.name, days) for days in _NEIGHBOUR_LAGS)

    def _differences(self) -> tuple[Feature, ...]:
        pressure = self._by_variable.get(Variable.SURFACE_PRESSURE_MEAN)
        tendency = () if pressure is None else (Difference(pressure, pressure, days=1),)
        return (*self._day_night_range(), *tendency)

    def _day_night_range(self) -> tuple[Feature, ...]:
        series = self._by_variable
        warmest, coldest = Variable.TEMPERATURE_MAX, Variable.TEMPERATURE_MIN
        if warmest not in series or coldest not in series:
            return ()
        return (Difference(series[warmest], series[coldest]),)

    def _products(self) -> Iterator[Feature]:
        """Yield squares and products of what tells the kind of day: clear or dull, dry or wet.

        None of it changes where the whole day is warmer, so whatever is learned of them, a hotter
        today cannot cool tomorrow.
        """
        series = self._by_variable
        known = (Lag(series[name], 0) for name in _KIND_OF_DAY if name in series)
        parts = (*self._day_night_range(), *known)
        for first, second in itertools.combinations_with_replacement(parts, 2):
            yield Product(first, second)

    @property
    def _by_variable(self) -> dict[Variable, str]:
        """The site's own series in use as quantities; of rain, the amounts."""
        series = {name: name.value for name in self.sources.inputs}
        if self.target is not Variable.PRECIPITATION:
            series[self.target] = OWN
        return series

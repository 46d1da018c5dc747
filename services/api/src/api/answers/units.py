"""Units of an answer: which there are, what is asked for by default, how values become them.

Values are stored in the units of `shared.forecasting.variables`; this is the one place where a
value becomes another unit and where it is rounded. Names and labels are Open-Meteo's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

import numpy as np

from shared.forecasting.arrays import FloatArray
from shared.forecasting.variables import TEMPERATURES, Variable


class TemperatureUnit(StrEnum):
    """What `temperature_unit` may be."""

    CELSIUS = "celsius"
    FAHRENHEIT = "fahrenheit"


class WindSpeedUnit(StrEnum):
    """What `wind_speed_unit` may be."""

    KMH = "kmh"
    MS = "ms"
    MPH = "mph"
    KNOTS = "kn"


class PrecipitationUnit(StrEnum):
    """What `precipitation_unit` may be."""

    MM = "mm"
    INCH = "inch"


@dataclass(frozen=True)
class Unit:
    """How a stored value is written in an answer.

    Attributes
    ----------
    label : str
        What stands under `daily_units`.
    decimals : int
        Digits after the point; no more than the source gives.
    scale, offset : float
        answer = stored * scale + offset.
    """

    label: str
    decimals: int
    scale: float = 1.0
    offset: float = 0.0

    def write(self, values: FloatArray | Sequence[float]) -> list[float | None]:
        """Return stored values in this unit, rounded; None where there is none."""
        converted = (np.asarray(values, np.float64) * self.scale + self.offset).tolist()
        decimals = self.decimals
        # Adding zero turns a rounded -0.0 into 0.0.
        return [round(one, decimals) + 0.0 if isfinite(one) else None for one in converted]


_KMH_PER_MS = 3.6
_KMH_PER_MPH = 1.609344  # international mile
_KMH_PER_KNOT = 1.852  # international nautical mile
_MM_PER_INCH = 25.4

TEMPERATURE_UNITS = {
    TemperatureUnit.CELSIUS: Unit("°C", 1),
    TemperatureUnit.FAHRENHEIT: Unit("°F", 1, scale=1.8, offset=32.0),
}
WIND_SPEED_UNITS = {
    WindSpeedUnit.KMH: Unit("km/h", 1),
    WindSpeedUnit.MS: Unit("m/s", 2, scale=1 / _KMH_PER_MS),
    WindSpeedUnit.MPH: Unit("mp/h", 1, scale=1 / _KMH_PER_MPH),
    WindSpeedUnit.KNOTS: Unit("kn", 1, scale=1 / _KMH_PER_KNOT),
}
PRECIPITATION_UNITS = {
    PrecipitationUnit.MM: Unit("mm", 2),
    PrecipitationUnit.INCH: Unit("inch", 3, scale=1 / _MM_PER_INCH),
}
_WINDS = (Variable.WIND_SPEED_MAX, Variable.WIND_GUSTS_MAX)
#: A probability is kept as a fraction and answered in whole per cent.
PERCENT = Unit("%", 0, scale=100.0)
_AS_STORED = {
    Variable.HUMIDITY_MEAN: Unit("%", 0),
    Variable.SURFACE_PRESSURE_MEAN: Unit("hPa", 1),
    Variable.WIND_DIRECTION: Unit("°", 0),
    Variable.RADIATION: Unit("MJ/m²", 2),
}


@dataclass(frozen=True)
class Units:
    """The units one answer is written in; the defaults are Open-Meteo's."""

    temperature: TemperatureUnit = TemperatureUnit.CELSIUS
    wind_speed: WindSpeedUnit = WindSpeedUnit.KMH
    precipitation: PrecipitationUnit = PrecipitationUnit.MM

    def of(self, variable: Variable) -> Unit:
        """Return the unit a variable is written in."""
        if variable in TEMPERATURES:
            return TEMPERATURE_UNITS[self.temperature]
        if variable is Variable.PRECIPITATION:
            return PRECIPITATION_UNITS[self.precipitation]
        if variable in _WINDS:
            return WIND_SPEED_UNITS[self.wind_speed]
        # A variable that has no place here is an error, never a temperature.
        return _AS_STORED[variable]

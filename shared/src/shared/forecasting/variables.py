"""The daily weather variables: their names, units and physical bounds.

Names and units are Open-Meteo's (https://open-meteo.com/en/docs), so that nothing is renamed on
the way from the source to the answer.
"""

from dataclasses import dataclass
from enum import StrEnum


class Variable(StrEnum):
    """A daily variable, by its Open-Meteo name."""

    TEMPERATURE_MAX = "temperature_2m_max"
    TEMPERATURE_MIN = "temperature_2m_min"
    TEMPERATURE_MEAN = "temperature_2m_mean"
    PRECIPITATION = "precipitation_sum"
    WIND_SPEED_MAX = "wind_speed_10m_max"
    HUMIDITY_MEAN = "relative_humidity_2m_mean"
    SURFACE_PRESSURE_MEAN = "surface_pressure_mean"
    WIND_GUSTS_MAX = "wind_gusts_10m_max"
    WIND_DIRECTION = "wind_direction_10m_dominant"
    RADIATION = "shortwave_radiation_sum"


@dataclass(frozen=True)
class VariableInfo:
    """What is true of a variable everywhere on earth.

    Attributes
    ----------
    unit : str
        Unit of every stored and served value, spelled as Open-Meteo spells it.
    lowest, highest : float
        Physical bounds in that unit; a value outside is an error of the source, not weather.
    """

    unit: str
    lowest: float
    highest: float

    def is_possible(self, value: float) -> bool:
        """Say whether a value (in `unit`) can be weather."""
        return self.lowest <= value <= self.highest


# Bounds: a little outside the world records of the WMO archive (https://wmo.asu.edu):
# -89.2 and 56.7 degC, 1825 mm a day, 113 m/s gust; pressure down to that of inhabited heights.
# Radiation: a little above what reaches the top of the atmosphere on its best day (45 MJ/m2).
VARIABLES: dict[Variable, VariableInfo] = {
    Variable.TEMPERATURE_MAX: VariableInfo("°C", -90.0, 60.0),
    Variable.TEMPERATURE_MIN: VariableInfo("°C", -90.0, 60.0),
    Variable.TEMPERATURE_MEAN: VariableInfo("°C", -90.0, 60.0),
    Variable.PRECIPITATION: VariableInfo("mm", 0.0, 1900.0),
    Variable.WIND_SPEED_MAX: VariableInfo("km/h", 0.0, 410.0),
    Variable.HUMIDITY_MEAN: VariableInfo("%", 0.0, 100.0),
    Variable.SURFACE_PRESSURE_MEAN: VariableInfo("hPa", 450.0, 1090.0),
    Variable.WIND_GUSTS_MAX: VariableInfo("km/h", 0.0, 410.0),
    Variable.WIND_DIRECTION: VariableInfo("°", 0.0, 360.0),
    Variable.RADIATION: VariableInfo("MJ/m²", 0.0, 50.0),
}

#: Angles: they have no mean, no climatology and no anomaly of their own.
CIRCULAR = frozenset({Variable.WIND_DIRECTION})

TEMPERATURES = (
    Variable.TEMPERATURE_MAX,
    Variable.TEMPERATURE_MIN,
    Variable.TEMPERATURE_MEAN,
)

#: The variables a forecast is made of; the others only help to make it.
FORECAST_VARIABLES = (*TEMPERATURES, Variable.PRECIPITATION, Variable.WIND_SPEED_MAX)

#: Lead times of the product, in days after the reference date.
LEAD_DAYS = (1, 2, 3, 4, 5, 6, 7)
HORIZON_DAYS = LEAD_DAYS[-1]

#: A day is wet from this amount on (mm), the usual threshold of climatology (WMO-No. 1203).
WET_DAY_MM = 1.0

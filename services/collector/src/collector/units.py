"""Units and spellings of Open-Meteo, turned into the standard ones at the edge, once."""

from typing import NamedTuple

from shared.forecasting.variables import VARIABLES, Variable


class Conversion(NamedTuple):
    """A linear change of unit: `standard = scale * value + offset`."""

    scale: float = 1.0
    offset: float = 0.0

    def __call__(self, value: float) -> float:
        """Return a value in the standard unit."""
        return self.scale * value + self.offset


_SAME = Conversion()

#: For each standard unit, the units Open-Meteo gives on request, by their label in its answers.
CONVERSIONS: dict[str, dict[str, Conversion]] = {
    "°C": {"°C": _SAME, "°F": Conversion(5 / 9, -32 * 5 / 9)},
    "mm": {"mm": _SAME, "inch": Conversion(25.4)},
    "km/h": {
        "km/h": _SAME,
        "m/s": Conversion(3.6),
        "mp/h": Conversion(1.609344),
        "kn": Conversion(1.852),
    },
    "%": {"%": _SAME},
    "hPa": {"hPa": _SAME},
    "°": {"°": _SAME},
    "MJ/m²": {"MJ/m²": _SAME},
}

# Spellings of before 2023, which the source still accepts and files still carry.
_OLD_SPELLINGS = (
    ("windspeed_", "wind_speed_"),
    ("windgusts_", "wind_gusts_"),
    ("winddirection_", "wind_direction_"),
    ("relativehumidity_", "relative_humidity_"),
)


def conversions_to(variable: Variable) -> dict[str, Conversion]:
    """Return the units a variable may come in, with the way to its standard unit."""
    return CONVERSIONS[VARIABLES[variable].unit]


def modern_spelling(name: str) -> str:
    """Return a series name as Open-Meteo spells it today.

    Examples
    --------
    >>> modern_spelling("windspeed_10m_max")
    'wind_speed_10m_max'
    """
    for old, new in _OLD_SPELLINGS:
        if name.startswith(old):
            return new + name.removeprefix(old)
    return name

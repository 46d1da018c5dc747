"""The series that can be asked for: daily variables, and hourly ones of earlier predictions."""

from typing import NamedTuple

from collector.units import modern_spelling
from shared.forecasting.variables import LEAD_DAYS, VARIABLES, Variable

#: Hourly quantities of Previous Runs, with the unit of each.
QUANTITIES = {
    "temperature_2m": VARIABLES[Variable.TEMPERATURE_MAX].unit,
    "precipitation": VARIABLES[Variable.PRECIPITATION].unit,
    "wind_speed_10m": VARIABLES[Variable.WIND_SPEED_MAX].unit,
}
_PREVIOUS = "_previous_day"


class Prediction(NamedTuple):
    """An hourly quantity as predicted so many days before; None means by the latest run."""

    quantity: str
    lead: int | None


Series = Variable | Prediction


def daily_series(name: str) -> Series:
    """Return the variable of a name, old spellings included.

    Raises
    ------
    ValueError
        There is none.
    """
    return Variable(modern_spelling(name))


def hourly_series(name: str) -> Series:
    """Return the prediction of a name such as `temperature_2m_previous_day3`.

    Raises
    ------
    ValueError
        There is none.
    """
    quantity, previous, lead = modern_spelling(name).partition(_PREVIOUS)
    days = int(lead) if previous else None
    if quantity not in QUANTITIES or (days is not None and days not in LEAD_DAYS):
        raise ValueError(name)
    return Prediction(quantity, days)


def unit_of(series: Series) -> str:
    """Return the unit a series is served in."""
    if isinstance(series, Variable):
        return VARIABLES[series].unit
    return QUANTITIES[series.quantity]

"""Turns the columns of an answer into a history, or into guidance, of one place."""

from datetime import date

import numpy as np

from collector.open_meteo.calls import GUIDANCE
from collector.open_meteo.read import Columns
from collector.ports import DayValues
from shared.forecasting.arrays import FloatArray
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs.guidance import Guidance
from shared.forecasting.variables import HORIZON_DAYS, LEAD_DAYS, Variable

_HOURS_A_DAY = 24
_NOT_ASKED = 0.0
# Of a day with missing hours the source gives these from the hours there are.
_OF_24_HOURS = (
    Variable.TEMPERATURE_MAX,
    Variable.TEMPERATURE_MIN,
    Variable.WIND_SPEED_MAX,
    Variable.WIND_GUSTS_MAX,
    Variable.WIND_DIRECTION,
)


def history_of(columns: Columns, first: date) -> DailyHistory:
    """Return the daily columns of a place as its history."""
    values = {variable: columns[variable.value] for variable in Variable}
    is_partial = np.isnan(values[Variable.TEMPERATURE_MEAN])
    for variable in _OF_24_HOURS:
        values[variable] = np.where(is_partial, np.nan, values[variable])
    return DailyHistory(first, values)


def guidance_of(columns: Columns, first: date) -> Guidance:
    """Return the hourly columns of a place as guidance, by reference date and lead.

    The forecast of a reference date for lead L is that of `previous_day<L>` for the day L later.
    A UTC day counts if all its 24 hours were forecast.

    Parameters
    ----------
    first : date
        The first reference date; the columns begin on the day after it.
    """
    n_dates = columns[GUIDANCE.series[0]].size // _HOURS_A_DAY - HORIZON_DAYS + 1
    tables: dict[Variable, list[FloatArray]] = {}
    for lead in LEAD_DAYS:
        start = lead - LEAD_DAYS[0]
        for variable, values in _daily(columns, lead).items():
            tables.setdefault(variable, []).append(values[start : start + n_dates])
    return Guidance(first, {name: np.column_stack(leads) for name, leads in tables.items()})


def without_partial_extremes(values: DayValues) -> DayValues:
    """Return a day's values without extremes that are not those of 24 hours.

    For a day with missing hours Open-Meteo gives the extremes of the hours there are, but no mean.
    Where no mean was asked for, nothing can be told.
    """
    if values.get(Variable.TEMPERATURE_MEAN, _NOT_ASKED) is not None:
        return values
    return {name: None if name in _OF_24_HOURS else value for name, value in values.items()}


def _daily(columns: Columns, lead: int) -> dict[Variable, FloatArray]:
    """Return what the hours of one lead make of each valid day; NaN where an hour is missing."""

    def hours(quantity: str) -> FloatArray:
        return columns[f"{quantity}_previous_day{lead}"].reshape(-1, _HOURS_A_DAY)

    temperature = hours("temperature_2m")
    return {
        Variable.TEMPERATURE_MAX: temperature.max(axis=1),
        Variable.TEMPERATURE_MIN: temperature.min(axis=1),
        Variable.TEMPERATURE_MEAN: temperature.mean(axis=1),
        Variable.PRECIPITATION: hours("precipitation").sum(axis=1),
        Variable.WIND_SPEED_MAX: hours("wind_speed_10m").max(axis=1),
    }

"""What the columns of a table mean: variable, way of aggregation, and way to the standard unit."""

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import NamedTuple

from collector.errors import FileRefused
from collector.importing.table import Header
from collector.units import Conversion, conversions_to, modern_spelling
from shared.forecasting.variables import VARIABLES, Variable

Aggregate = Callable[[Sequence[float]], float]

#: What the hours of a day make of each hourly series, as Open-Meteo's own daily values do.
HOURLY: dict[str, dict[Variable, Aggregate]] = {
    "temperature_2m": {
        Variable.TEMPERATURE_MAX: max,
        Variable.TEMPERATURE_MIN: min,
        Variable.TEMPERATURE_MEAN: fmean,
    },
    "precipitation": {Variable.PRECIPITATION: sum},
    "wind_speed_10m": {Variable.WIND_SPEED_MAX: max},
    "relative_humidity_2m": {Variable.HUMIDITY_MEAN: fmean},
    "surface_pressure": {Variable.SURFACE_PRESSURE_MEAN: fmean},
}


class Column(NamedTuple):
    """A usable column of a table.

    Attributes
    ----------
    place : int
        Index among the cells of a row.
    name : str
        As the file spells it, for messages.
    aggregates : dict of Variable to function
        The variables it gives, and how from the values of a day.
    convert : Conversion
        From the file's unit to the standard one.
    """

    place: int
    name: str
    aggregates: dict[Variable, Aggregate]
    convert: Conversion


def usable_columns(headers: Sequence[Header], *, is_hourly: bool) -> list[Column]:
    """Return the columns that hold variables of ours; the others are ignored.

    A column whose unit is not said is taken to be in the standard unit, Open-Meteo's default.

    Raises
    ------
    FileRefused
        None is usable, one has an unknown unit, or two give the same variable.
    """
    columns: list[Column] = []
    for place, header in enumerate(headers):
        aggregates = _aggregates(modern_spelling(header.name), is_hourly=is_hourly)
        if aggregates:
            columns.append(Column(place, header.name, aggregates, _conversion(header, aggregates)))
    _refuse_repeated(columns)
    if not columns:
        accepted = ", ".join(HOURLY if is_hourly else Variable)
        message = f"no column is usable; accepted are {accepted}, with or without their unit."
        raise FileRefused(message)
    return columns


def _aggregates(name: str, *, is_hourly: bool) -> dict[Variable, Aggregate]:
    if is_hourly:
        return HOURLY.get(name, {})
    return {Variable(name): max} if name in set(Variable) else {}


def _conversion(header: Header, variables: dict[Variable, Aggregate]) -> Conversion:
    conversions = conversions_to(next(iter(variables)))
    unit = header.unit or VARIABLES[next(iter(variables))].unit
    if unit not in conversions:
        message = f"column {header.name} is in {unit!r}; accepted are {', '.join(conversions)}."
        raise FileRefused(message)
    return conversions[unit]


def _refuse_repeated(columns: list[Column]) -> None:
    seen: dict[Variable, str] = {}
    for column in columns:
        for variable in column.aggregates:
            if variable in seen:
                message = f"columns {seen[variable]} and {column.name} both give {variable}."
                raise FileRefused(message)
            seen[variable] = column.name

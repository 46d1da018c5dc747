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
    "wind_gusts_10m": {Variable.WIND_GUSTS_MAX: max},
}


# As stations report them: whole numbers of tenths.
_TENTHS = {
    "0.1 °C": Conversion(0.1),
    "0.1 mm": Conversion(0.1),
    "0.1 m/s": Conversion(0.36),
    "0.1 hPa": Conversion(0.1),
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
    unit : str
        The file's.
    convert : Conversion
        From the file's unit to the standard one.
    """

    place: int
    name: str
    unit: str
    aggregates: dict[Variable, Aggregate]
    convert: Conversion


def is_hourly(headers: Sequence[Header]) -> bool:
    """Say whether a table holds hours, judging by the names of its columns."""
    return not any(_is_daily(header) for header in headers) and any(
        modern_spelling(header.name) in HOURLY for header in headers
    )


def usable_columns(headers: Sequence[Header]) -> list[Column]:
    """Return the columns that hold variables of ours; there may be none.

    A column whose unit is not said is taken to be in the standard unit, Open-Meteo's default.

    Raises
    ------
    FileRefused
        A column has an unknown unit, or two give the same variable.
    """
    hourly = is_hourly(headers)
    columns: list[Column] = []
    for place, header in enumerate(headers):
        name = modern_spelling(header.name)
        aggregates = HOURLY.get(name, {}) if hourly else _as_it_is(header)
        if aggregates:
            variable = next(iter(aggregates))
            unit = header.unit or VARIABLES[variable].unit
            convert = _conversion(header.name, unit, variable)
            columns.append(Column(place, header.name, unit, aggregates, convert))
    _refuse_repeated(columns)
    return columns


def _is_daily(header: Header) -> bool:
    return header.gives is not None or modern_spelling(header.name) in set(Variable)


def _as_it_is(header: Header) -> dict[Variable, Aggregate]:
    if header.gives is not None:
        return {header.gives: max}
    return {Variable(modern_spelling(header.name)): max} if _is_daily(header) else {}


def _conversion(name: str, unit: str, variable: Variable) -> Conversion:
    conversions = conversions_to(variable)
    if unit in _TENTHS:
        return _TENTHS[unit]
    if unit not in conversions:
        message = f"column {name} is in {unit!r}; accepted are {', '.join(conversions)}."
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

"""Turns the rows of a table into UTC days of checked values in standard units."""

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from collector.errors import FileRefused
from collector.importing.columns import Column, is_hourly, usable_columns
from collector.importing.table import Row, Table
from collector.open_meteo.answer import without_partial_extremes
from collector.ports import Days, DayValues
from shared.forecasting.variables import VARIABLES, Variable

_HOURS_A_DAY = 24
_MISSING = frozenset({"", "nan", "null", "none"})
_OPEN_METEO_TIME = "time"
_DECIMALS = 2  # of stored values: finer than any source, coarser than floating-point noise


def days_of(table: Table) -> Days:
    """Return the days of a table, sorted; values it does not have in full are None.

    Raises
    ------
    FileRefused
        Names the place in the file, the value, and what is accepted.
    """
    hourly = is_hourly(table.headers)
    columns = usable_columns(table.headers)
    if not columns:
        return {}
    if not hourly and table.utc_offset_seconds:
        message = (
            f"its days begin {table.utc_offset_seconds / 3600:+g} h from UTC, and only UTC days "
            "are accepted: download with timezone=GMT, or hourly values."
        )
        raise FileRefused(message)
    by_day = _rows_by_hours(table) if hourly else _rows_by_date(table)
    rows_needed = _HOURS_A_DAY if hourly else 1
    days = {day: _values(rows, columns, rows_needed) for day, rows in sorted(by_day.items())}
    if table.time_name == _OPEN_METEO_TIME:
        days = {day: without_partial_extremes(values) for day, values in days.items()}
    return days


def _rows_by_date(table: Table) -> dict[date, list[Row]]:
    days: dict[date, list[Row]] = {}
    for row in table.rows:
        try:
            day = date.fromisoformat(row.time)
        except ValueError:
            raise _no_time(row, "a date such as 2020-01-31") from None
        if day in days:
            raise _repeated(row, days[day][0].where)
        days[day] = [row]
    return days


def _rows_by_hours(table: Table) -> dict[date, list[Row]]:
    """Return the rows of each UTC day; the file's offset is taken off their times."""
    offset = timedelta(seconds=table.utc_offset_seconds)
    seen: dict[datetime, str] = {}
    days: dict[date, list[Row]] = defaultdict(list)
    for row in table.rows:
        try:
            moment = datetime.fromisoformat(row.time)
        except ValueError:
            raise _no_time(row, "a time such as 2020-01-31T23:00") from None
        if moment.tzinfo is not None:
            raise _no_time(row, "a time without a zone, such as 2020-01-31T23:00")
        if moment in seen:
            raise _repeated(row, seen[moment])
        seen[moment] = row.where
        days[(moment - offset).date()].append(row)
    return days


def _no_time(row: Row, accepted: str) -> FileRefused:
    return FileRefused(
        f"{row.where}: {row.time!r} is not accepted as time; accepted is {accepted}."
    )


def _repeated(row: Row, where_first: str) -> FileRefused:
    return FileRefused(f"{row.where}: {row.time} is there a second time, first at {where_first}.")


def _values(rows: Sequence[Row], columns: Sequence[Column], rows_needed: int) -> DayValues:
    """Return the values of one day; those without all their hours are unknown."""
    values: dict[Variable, float | None] = {}
    for column in columns:
        known = [value for row in rows if (value := _number(row, column)) is not None]
        is_complete = len(known) == len(rows) == rows_needed
        for variable, aggregate in column.aggregates.items():
            values[variable] = round(aggregate(known), _DECIMALS) if is_complete else None
    return values


def _number(row: Row, column: Column) -> float | None:
    """Return the value of a cell in its standard unit, None where it is missing."""
    cell = row.cells[column.place]
    if cell is None or (isinstance(cell, str) and cell.strip().lower() in _MISSING):
        return None
    try:
        value = column.convert(float(cell))
    except ValueError:
        message = f"{row.where}: {column.name} is {cell!r}, which is no number."
        raise FileRefused(message) from None
    variable = next(iter(column.aggregates))
    bounds = VARIABLES[variable]
    if not (math.isfinite(value) and bounds.is_possible(value)):
        message = (
            f"{row.where}: {column.name} is {cell}, which cannot be weather; accepted is "
            f"{bounds.lowest:g} to {bounds.highest:g} {bounds.unit}, or nothing."
        )
        raise FileRefused(message)
    return value

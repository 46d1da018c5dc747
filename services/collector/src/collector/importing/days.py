"""Turns the rows of a table into UTC days of values in standard units.

What is no number is refused here. What cannot be weather goes on to the checks that judge collected
days as well, unless so much of a column is impossible that its unit must be another one.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from collector.errors import FileRefused
from collector.importing.columns import Column, is_hourly, usable_columns
from collector.importing.table import Remarks, Row, Table, Track, untracked
from collector.open_meteo.days import without_partial_extremes
from collector.ports import Days, DayValues
from shared.forecasting.variables import VARIABLES, Variable

_HOURS_A_DAY = 24
_MISSING = frozenset({"", "nan", "null", "none"})
_OPEN_METEO_TIME = "time"
_DECIMALS = 2  # of stored values: finer than any source, coarser than floating-point noise
#: A column with more than this share of impossible values is not what it is taken for.
_MOST_IMPOSSIBLE = 0.05


@dataclass
class _Count:
    """How the values of a column are."""

    n_values: int = 0
    n_impossible: int = 0
    first_impossible: str = ""


@dataclass(frozen=True)
class _Cells:
    """Reads the cells of a table, counting what is in them."""

    hourly: bool
    remarks: Remarks
    counts: dict[str, _Count] = field(default_factory=lambda: defaultdict(_Count))

    def value(self, row: Row, column: Column) -> float | None:
        """Return the value of a cell in its standard unit, None where it is missing."""
        cell = row.cells[column.place]
        if cell is None or (isinstance(cell, str) and cell.strip().lower() in _MISSING):
            return None
        value = _number(row, column, cell)
        count = self.counts[column.name]
        count.n_values += 1
        if VARIABLES[next(iter(column.aggregates))].is_possible(value):
            return value
        count.n_impossible += 1
        if not count.first_impossible:
            count.first_impossible = f"{row.where}: {column.name} is {cell}"
        if self.hourly:  # a day of such an hour is no day; a day's value is judged by the checks
            self.remarks.add(f"{column.name} not used: no weather is like this", row.where)
            return None
        return value


@dataclass(frozen=True)
class ReadDays:
    """What became of a table.

    Attributes
    ----------
    days : Days
        Sorted; values the table does not have in full are None.
    n_values : dict of str to int
        How many there are in each column, by its name in the file.
    """

    days: Days
    n_values: dict[str, int]
    remarks: Remarks


def days_of(table: Table, track: Track = untracked) -> ReadDays:
    """Return the days of a table.

    Raises
    ------
    FileRefused
        Names the place in the file, the value, and what is accepted.
    """
    hourly = is_hourly(table.headers)
    columns = usable_columns(table.headers)
    cells = _Cells(hourly, Remarks())
    if not columns:
        return ReadDays({}, {}, cells.remarks)
    if not hourly and table.utc_offset_seconds:
        message = (
            f"its days begin {table.utc_offset_seconds / 3600:+g} h from UTC, and only UTC days "
            "are accepted: download with timezone=GMT, or hourly values."
        )
        raise FileRefused(message)
    by_day = sorted((_rows_by_hours if hourly else _rows_by_date)(table).items())
    rows_needed = _HOURS_A_DAY if hourly else 1
    days = {
        day: _values(rows, columns, cells, rows_needed)
        for day, rows in track(by_day, "reading values")
    }
    _refuse_impossible(columns, cells)
    if table.time_name == _OPEN_METEO_TIME:
        days = {day: without_partial_extremes(values) for day, values in days.items()}
    return ReadDays(
        days, {column.name: cells.counts[column.name].n_values for column in columns}, cells.remarks
    )


def _rows_by_date(table: Table) -> dict[date, Sequence[Row]]:
    days: dict[date, Sequence[Row]] = {}
    for row in table.rows:
        try:
            day = date.fromisoformat(row.time)
        except ValueError:
            raise _no_time(row, "a date such as 2020-01-31") from None
        if day in days:
            raise _repeated(row, days[day][0].where)
        days[day] = (row,)
    return days


def _rows_by_hours(table: Table) -> dict[date, Sequence[Row]]:
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
    return dict(days)


def _no_time(row: Row, accepted: str) -> FileRefused:
    return FileRefused(
        f"{row.where}: {row.time!r} is not accepted as time; accepted is {accepted}."
    )


def _repeated(row: Row, where_first: str) -> FileRefused:
    return FileRefused(f"{row.where}: {row.time} is there a second time, first at {where_first}.")


def _values(
    rows: Sequence[Row], columns: Iterable[Column], cells: _Cells, rows_needed: int
) -> DayValues:
    """Return the values of one day; those without all their hours are unknown."""
    values: dict[Variable, float | None] = {}
    for column in columns:
        known = [value for row in rows if (value := cells.value(row, column)) is not None]
        is_complete = len(known) == len(rows) == rows_needed
        for variable, aggregate in column.aggregates.items():
            values[variable] = round(aggregate(known), _DECIMALS) if is_complete else None
    return values


def _number(row: Row, column: Column, cell: str | float) -> float:
    try:
        value = column.convert(float(cell))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        message = f"{row.where}: {column.name} is {cell!r}, which is no number."
        raise FileRefused(message)
    return value


def _refuse_impossible(columns: Iterable[Column], cells: _Cells) -> None:
    for column in columns:
        count = cells.counts[column.name]
        if count.n_impossible > _MOST_IMPOSSIBLE * count.n_values:
            bounds = VARIABLES[next(iter(column.aggregates))]
            message = (
                f"{count.first_impossible}, which cannot be weather, and so are "
                f"{count.n_impossible:,} of the {count.n_values:,} values of that column. It is "
                f"taken to be in {column.unit}; accepted is {bounds.lowest:g} to "
                f"{bounds.highest:g} {bounds.unit}, or nothing."
            )
            raise FileRefused(message)

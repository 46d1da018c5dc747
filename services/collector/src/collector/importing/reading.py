"""Reads a file: which format it is, what its columns mean, and the days that are in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from collector.errors import FileRefused
from collector.importing.columns import HOURLY, is_hourly, usable_columns
from collector.importing.days import ReadDays, days_of
from collector.importing.formats import format_of
from collector.importing.table import Remark, Table, Track, untracked
from collector.importing.text import read_text
from collector.ports import Days, DayValues
from shared.forecasting.sphere import Position
from shared.forecasting.variables import Variable

_OF_NO_USE = "not forecast here"
_FORECASTS = "days not used: they are not over, so these are forecasts"


@dataclass(frozen=True)
class UsedColumn:
    """A column that is of use.

    Attributes
    ----------
    name, unit : str
        As the file has them.
    gives : tuple of Variable
        What it tells of a day.
    n_values : int
        How many values it holds.
    """

    name: str
    unit: str
    gives: tuple[Variable, ...]
    n_values: int


@dataclass(frozen=True)
class Reading:
    """How a file was understood.

    Attributes
    ----------
    format : str
    about_days : str or None
        What a day is in it, where it may be another than the UTC day.
    n_rows : int
        Rows of all its tables: days or hours.
    ignored : tuple of (name, why)
        Columns of no use here.
    remarks : tuple of Remark
        What was not taken as it stands, and why.
    days : Days
        Days with at least one value, without those that are not over yet.
    position : Position or None
        Where the file says it is of.
    """

    format: str
    about_days: str | None
    n_rows: int
    columns: tuple[UsedColumn, ...]
    ignored: tuple[tuple[str, str], ...]
    remarks: tuple[Remark, ...]
    days: Days
    position: Position | None


def read_file(path: Path, *, today: date, track: Track) -> Reading:
    """Return what a file says.

    Raises
    ------
    FileRefused
        Names the file, the place in it, the value, and what is accepted.
    """
    text = read_text(path)
    try:
        return understood(text, today=today, track=track)
    except FileRefused as error:
        message = f"{path}: {error} Nothing was stored."
        raise FileRefused(message) from error


def understood(text: str, *, today: date, track: Track = untracked) -> Reading:
    """Return what the text of a file says; raises `FileRefused` like `read_file`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    found = format_of(text)
    tables = found.read(text, track)
    _refuse_useless(tables)
    read = [days_of(table, track) for table in tables]
    merged = _merged(tables, read)
    days = {day: values for day, values in merged.items() if day < today}
    if not days:
        raise FileRefused("none of its days is over: forecasts are no observations.")
    return Reading(
        format=found.name,
        about_days=found.about_days,
        n_rows=sum(len(table.rows) for table in tables),
        columns=tuple(_used(tables, read)),
        ignored=tuple(_ignored(tables)),
        remarks=tuple(_remarks(tables, read, forecasts=sorted(merged.keys() - days.keys()))),
        days=days,
        position=next(filter(None, (table.position for table in tables)), None),
    )


def _remarks(
    tables: Iterable[Table], read: Iterable[ReadDays], *, forecasts: Sequence[date]
) -> Iterable[Remark]:
    for table, part in zip(tables, read, strict=True):
        yield from (*table.remarks, *part.remarks.found())
    if forecasts:
        yield Remark(_FORECASTS, len(forecasts), str(forecasts[0]))


def _merged(tables: Sequence[Table], read: Sequence[ReadDays]) -> Days:
    """Return the days of all tables; where both have a value, days win over hours."""
    merged: dict[date, DayValues] = {}
    hours_first = sorted(
        zip(tables, read, strict=True), key=lambda part: is_hourly(part[0].headers), reverse=True
    )
    for _, part in hours_first:
        for day, values in part.days.items():
            known = {name: value for name, value in values.items() if value is not None}
            if known:
                merged[day] = {**merged.get(day, {}), **known}
    if not merged:
        raise FileRefused("it holds no complete day (a day of hours needs all 24).")
    return merged


def _used(tables: Iterable[Table], read: Iterable[ReadDays]) -> Iterable[UsedColumn]:
    for table, part in zip(tables, read, strict=True):
        for column in usable_columns(table.headers):
            yield UsedColumn(
                column.name, column.unit, tuple(column.aggregates), part.n_values[column.name]
            )


def _ignored(tables: Iterable[Table]) -> Iterable[tuple[str, str]]:
    for table in tables:
        used = {column.place for column in usable_columns(table.headers)}
        for place, header in enumerate(table.headers):
            if place not in used:
                yield header.name, _OF_NO_USE
        yield from table.ignored


def _refuse_useless(tables: Iterable[Table]) -> None:
    if not any(usable_columns(table.headers) for table in tables):
        message = (
            f"no column is usable; accepted are {', '.join(Variable)}, or hourly "
            f"{', '.join(HOURLY)}, with or without their unit."
        )
        raise FileRefused(message)

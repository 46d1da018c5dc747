"""Finds the tables in a CSV file: Open-Meteo's, with lines about the place first, or a bare one."""

import re
from dataclasses import replace
from itertools import groupby

from collector.errors import FileRefused
from collector.importing.formats.csv_lines import Line, lines_of
from collector.importing.table import Header, Row, Table, Track, position_of
from shared.forecasting.sphere import Position

_TIME_NAMES = ("time", "date")
_HEADER = re.compile(r"(?P<name>[^\s(]+)(?:\s*\((?P<unit>[^)]*)\))?")
_ACCEPTED = (
    "accepted are downloads of Open-Meteo (CSV, JSON), daily files of Meteostat, NOAA's GHCN-Daily "
    "(.dly, CSV) and GSOD, and tables whose first column is date"
)


def read_csv_tables(text: str, track: Track) -> list[Table]:
    """Return the tables of a CSV file.

    Raises
    ------
    FileRefused
        There is none, a row does not fit its header, or there are several places.
    """
    offset, position, tables = 0, None, []
    for section in _sections(lines_of(text, track)):
        first = section[0].fields[0].strip()
        if first == "latitude":
            offset, position = _place(section)
        elif first in _TIME_NAMES:
            tables.append(replace(_table(section, offset), position=position))
        else:
            message = (
                f"line {section[0].number}: {first[:40]!r} is no known first column; {_ACCEPTED}."
            )
            raise FileRefused(message)
    if not tables:
        message = f"the file holds no table; {_ACCEPTED}."
        raise FileRefused(message)
    return tables


def _sections(lines: list[Line]) -> list[list[Line]]:
    """Split at empty lines."""
    grouped = groupby(lines, key=lambda line: any(field.strip() for field in line.fields))
    return [list(section) for has_content, section in grouped if has_content]


def _place(place: list[Line]) -> tuple[int, Position | None]:
    """Return the offset and the position in the two lines about the place."""
    header, *rows = place
    if len(rows) != 1:
        message = f"the file holds {len(rows)} places: download each place by itself."
        raise FileRefused(message)
    described = dict(zip(header.fields, rows[0].fields, strict=False))
    position = position_of(described.get("latitude"), described.get("longitude"))
    text = described.get("utc_offset_seconds", "0")
    try:
        return int(text), position
    except ValueError:
        message = f"line {rows[0].number}: utc_offset_seconds {text!r} is no whole number."
        raise FileRefused(message) from None


def _table(section: list[Line], utc_offset_seconds: int) -> Table:
    header, *lines = section
    return Table(
        time_name=header.fields[0].strip(),
        headers=tuple(_header(text) for text in header.fields[1:]),
        rows=tuple(_row(line, n_fields=len(header.fields)) for line in lines),
        utc_offset_seconds=utc_offset_seconds,
    )


def _header(text: str) -> Header:
    match = _HEADER.fullmatch(text.strip())
    return Header(match["name"], match["unit"]) if match else Header(text.strip(), None)


def _row(line: Line, *, n_fields: int) -> Row:
    if len(line.fields) != n_fields:
        message = f"line {line.number} has {len(line.fields)} fields, its header {n_fields}."
        raise FileRefused(message)
    return Row(f"line {line.number}", line.fields[0].strip(), tuple(line.fields[1:]))

"""Lines of a CSV file, with their number for messages."""

import csv
from collections.abc import Sequence
from typing import NamedTuple

from collector.errors import FileRefused
from collector.importing.table import Track, position_of
from shared.forecasting.sphere import Position


class Line(NamedTuple):
    """The fields of a line."""

    number: int
    fields: list[str]

    @property
    def where(self) -> str:
        """Its place in the file."""
        return f"line {self.number}"


def first_fields(text: str) -> list[str]:
    """Return the fields of the first line that is not empty; none where there is no such line."""
    first = text.lstrip().partition("\n")[0]
    try:
        return [field.strip() for field in next(csv.reader([first]), [])]
    except csv.Error:
        return []


def lines_of(text: str, track: Track) -> list[Line]:
    """Return all lines, empty ones with no fields; raises `FileRefused` for one that is no CSV."""
    reader = csv.reader(track(text.split("\n"), "reading lines"))
    try:
        return [Line(number, fields) for number, fields in enumerate(reader, start=1)]
    except csv.Error as error:
        message = f"line {reader.line_num} is no CSV: {error}."
        raise FileRefused(message) from None


def filled(lines: list[Line], *, n_fields: int) -> list[Line]:
    """Return the lines that are not empty; raises `FileRefused` for one of another length."""
    found = [line for line in lines if any(field.strip() for field in line.fields)]
    for line in found:
        if len(line.fields) != n_fields:
            message = f"{line.where} has {len(line.fields)} fields, its header {n_fields}."
            raise FileRefused(message)
    return found


def position_in(line: Line, names: Sequence[str]) -> Position | None:
    """Return where a line's station stands, by the names of NOAA's columns."""
    described = dict(zip(names, line.fields, strict=True))
    return position_of(described.get("LATITUDE"), described.get("LONGITUDE"))


def refuse_several(stations: set[str]) -> None:
    """Raise `FileRefused` for a file of several stations: a site is one place."""
    if len(stations) > 1:
        named = ", ".join(sorted(stations)[:3])
        message = f"the file holds {len(stations)} stations ({named}): import each by itself."
        raise FileRefused(message)

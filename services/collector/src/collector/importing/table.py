"""A table as a file holds it, before anything is known of its meaning."""

from dataclasses import dataclass
from typing import NamedTuple

Cell = str | float | None


class Header(NamedTuple):
    """A column's name as it is spelled in the file, and its unit where the file says one."""

    name: str
    unit: str | None


class Row(NamedTuple):
    """One row; `where` is its place in the file, for messages."""

    where: str
    time: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """Rows under headers; the time column stands apart.

    Attributes
    ----------
    time_name : str
        Header of the time column: `time` in Open-Meteo's files, `date` in tidy ones.
    utc_offset_seconds : int
        How far the times are ahead of UTC.
    """

    time_name: str
    headers: tuple[Header, ...]
    rows: tuple[Row, ...]
    utc_offset_seconds: int = 0

"""A table as a file holds it, before anything is known of its meaning."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from shared.forecasting.sphere import Position
from shared.forecasting.variables import Variable

Cell = str | float | None
T = TypeVar("T")


class Header(NamedTuple):
    """A column's name as it is spelled in the file, and what the format says of it.

    Attributes
    ----------
    unit : str or None
        None where neither the file nor the format says one: the standard unit.
    gives : Variable or None
        The daily variable it is, where the format's own names say so.
    """

    name: str
    unit: str | None
    gives: Variable | None = None


class Row(NamedTuple):
    """One row; `where` is its place in the file, for messages."""

    where: str
    time: str
    cells: tuple[Cell, ...]


class Remark(NamedTuple):
    """Something about some values of a file: what was done with them and why, and the first."""

    text: str
    n_values: int
    first: str


@dataclass(frozen=True)
class Table:
    """Rows under headers; the time column stands apart.

    Attributes
    ----------
    time_name : str
        Header of the time column: `time` in Open-Meteo's files, `date` in others.
    utc_offset_seconds : int
        How far the times are ahead of UTC.
    remarks : tuple of Remark
        Which values were not taken as they stand, and why.
    ignored : dict of str to str
        What else the file holds, and why it is of no use here.
    position : Position or None
        Where the file says it is of.
    """

    time_name: str
    headers: tuple[Header, ...]
    rows: tuple[Row, ...]
    utc_offset_seconds: int = 0
    remarks: tuple[Remark, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()
    position: Position | None = None


def position_of(latitude: Cell, longitude: Cell) -> Position | None:
    """Return where a file says it is of; None where it says nothing of the kind."""
    north, east = ("" if cell is None else cell for cell in (latitude, longitude))
    try:
        found = Position(float(north), float(east))
    except ValueError:
        return None
    return found if abs(found.latitude) <= 90.0 and abs(found.longitude) <= 180.0 else None  # noqa: PLR2004 - degrees


class Remarks:
    """Collects remarks while a file is read: one of a kind, counted."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def add(self, text: str, where: str) -> None:
        """Note that something holds for one more value."""
        self._counts[text] += 1
        self._first.setdefault(text, where)

    def found(self) -> tuple[Remark, ...]:
        """Return all remarks, the most frequent first."""
        return tuple(
            Remark(text, count, self._first[text]) for text, count in self._counts.most_common()
        )


class Track(Protocol):
    """Goes through items as they are, showing somebody how far it is."""

    def __call__(self, items: Sequence[T], what: str) -> Iterable[T]:
        """Return the items; `what` says what is done with them."""
        ...


def untracked(items: Sequence[T], what: str) -> Iterable[T]:
    """Go through items with nobody watching."""
    del what
    return items

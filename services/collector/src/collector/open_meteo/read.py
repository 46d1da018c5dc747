"""Reads an answer: strict on its shape, lenient on its values.

What breaks the agreement is a problem of the place it concerns; whether a number can be weather is
for the quality checks to say. Columns become arrays at once, never rows.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol

import msgspec
import numpy as np

from collector.errors import SourceRefused, SourceUnavailable
from collector.open_meteo.calls import Call, Product
from collector.open_meteo.reasons import plain_text
from shared.forecasting.arrays import FloatArray
from shared.forecasting.sphere import Position, distance_and_bearing
from shared.forecasting.variables import VARIABLES, Variable

#: The values of one place by the name of their series, NaN where the source has none.
Columns = dict[str, FloatArray]

# An answer is for the grid cell of the place, some 30 km away at most; more is another place.
_FARTHEST_CELL_KM = 150.0
_HOURS_A_DAY = 24
_SHOWN = 120  # characters of a body that is no data
# What the source calls the unit of a series its model does not have.
_NO_UNIT = "undefined"

_HOURLY_UNITS = {
    "temperature_2m": VARIABLES[Variable.TEMPERATURE_MAX].unit,
    "precipitation": VARIABLES[Variable.PRECIPITATION].unit,
    "wind_speed_10m": VARIABLES[Variable.WIND_SPEED_MAX].unit,
}


@dataclass(frozen=True)
class Question:
    """What an answer has to be an answer to.

    Attributes
    ----------
    positions : tuple of Position
        The places, in the order they were asked for.
    first, last : date
        Valid days, both included.
    """

    product: Product
    positions: tuple[Position, ...]
    first: date
    last: date

    @classmethod
    def of(cls, call: Call) -> "Question":
        """Return the question a call asks."""
        positions = tuple(Position(place.latitude, place.longitude) for place in call.places)
        return cls(call.product, positions, call.first_valid, call.last_valid)


class _Place(Protocol):
    """The part of an answer for one place that matters."""

    latitude: float
    longitude: float
    utc_offset_seconds: int
    location_id: int
    units: dict[str, str]
    values: object


def read_answer(body: bytes, question: Question) -> list[Columns | SourceRefused]:
    """Return the columns of each place, or what is wrong with its part of the answer.

    Raises
    ------
    SourceUnavailable
        The body is no complete JSON: a gateway's page, or an answer that broke off.
    """
    n_places = len(question.positions)
    parts = _split(body, n_places)
    if len(parts) != n_places:
        _raise_if_broken(body)
        problem = SourceRefused(f"The source's answer is no list of {n_places} places.")
        return [problem] * n_places
    answers = [_read_place(part, question, number) for number, part in enumerate(parts)]
    if any(isinstance(answer, SourceRefused) for answer in answers):
        _raise_if_broken(body)
    return answers


def _split(body: bytes, n_places: int) -> list[msgspec.Raw]:
    """Return the part of each place: one place is answered by an object, several by a list."""
    try:
        body.decode()  # all of it is text, also what is passed over
        return _PARTS.decode(body) if n_places > 1 else [msgspec.Raw(body)]
    except _NOT_AS_AGREED:
        return []


def _read_place(part: msgspec.Raw, question: Question, number: int) -> Columns | SourceRefused:
    try:
        place: _Place = _decoder(question.product).decode(part)
    except _NOT_AS_AGREED as error:
        return SourceRefused(f"The source's answer is not of the agreed shape: {_plain(error)}.")
    problem = _wrong_place(place, question.positions[number], number) or _wrong_days(
        place, question
    )
    if problem is not None:
        return SourceRefused(problem)
    n_times = len(_times(question))
    columns: Columns = {}
    for name in question.product.series:
        series: list[float | None] = getattr(place.values, name)
        problem = _wrong_series(name, series, place.units.get(name), n_times)
        if problem is not None:
            return SourceRefused(problem)
        columns[name] = np.array(series, dtype=np.float64)  # None becomes NaN
    return columns


def _wrong_place(place: _Place, position: Position, number: int) -> str | None:
    cell = Position(place.latitude, place.longitude)
    if place.location_id != number:
        return f"The source gives place {place.location_id} where place {number} was agreed."
    if not (abs(cell.latitude) <= 90.0 and abs(cell.longitude) <= 360.0):  # noqa: PLR2004 - degrees
        return f"The source's answer is for {cell.latitude}, {cell.longitude}: no place on earth."
    distance, _ = distance_and_bearing(position, cell)
    if distance > _FARTHEST_CELL_KM:
        return f"The source's answer is for a place {distance:.0f} km from the one asked for."
    return None


def _wrong_days(place: _Place, question: Question) -> str | None:
    if place.utc_offset_seconds != 0:
        return (
            f"The source's days have an offset of {place.utc_offset_seconds} s; UTC days were "
            "asked for."
        )
    times: list[str] = place.values.time  # type: ignore[attr-defined]
    if times != _times(question):
        return (
            f"The source's times are not those from {question.first} to {question.last} that "
            f"were asked for, but {_range(times)}."
        )
    return None


def _wrong_series(
    name: str, series: list[float | None], unit: str | None, n_times: int
) -> str | None:
    if len(series) != n_times:
        return f"The source gives {len(series)} values of {name} for {n_times} times."
    agreed = _unit_of(name)
    is_absent = unit == _NO_UNIT and series.count(None) == n_times
    if unit != agreed and not is_absent:
        return f"The source gives {name} in {_plain(unit)!r}; {agreed!r} was agreed."
    return None


def _raise_if_broken(body: bytes) -> None:
    """Tell an answer that broke off from one that is complete and wrong."""
    try:
        msgspec.json.decode(body)
    except _NOT_AS_AGREED:
        start = _plain(body[:_SHOWN].decode(errors="replace"))
        message = f"The source's answer is no complete JSON ({start!r}…): trying again later."
        raise SourceUnavailable(message) from None


def _unit_of(name: str) -> str:
    quantity, _, lead = name.partition("_previous_day")
    return _HOURLY_UNITS[quantity] if lead else VARIABLES[Variable(name)].unit


def _times(question: Question) -> list[str]:
    """Return the times an answer must have, as the source writes them."""
    return _times_between(question.first, question.last, question.product.section)


@lru_cache(maxsize=64)
def _times_between(first: date, last: date, section: str) -> list[str]:
    days = [(first + timedelta(days)).isoformat() for days in range((last - first).days + 1)]
    if section == "daily":
        return days
    return [f"{day}T{hour:02}:00" for day in days for hour in range(_HOURS_A_DAY)]


def _range(times: list[str]) -> str:
    return f"{len(times)} from {_plain(times[0])} to {_plain(times[-1])}" if times else "none"


def _plain(text: object) -> str:
    return plain_text(str(text))[:_SHOWN]


@lru_cache
def _decoder(product: Product) -> "msgspec.json.Decoder[_Place]":
    """Return the decoder of one place's part: series by their names, as lists of numbers."""
    values = msgspec.defstruct(
        f"{product.section}_values",
        [("time", list[str]), *((name, list[float | None]) for name in product.series)],
    )
    place = msgspec.defstruct(
        f"{product.section}_place",
        [
            ("latitude", float),
            ("longitude", float),
            ("utc_offset_seconds", int),
            ("units", dict[str, str]),
            ("values", values),
            ("location_id", int, 0),
        ],
        rename={"units": f"{product.section}_units", "values": product.section},
    )
    return msgspec.json.Decoder(place)


_PARTS = msgspec.json.Decoder(list[msgspec.Raw])
_NOT_AS_AGREED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

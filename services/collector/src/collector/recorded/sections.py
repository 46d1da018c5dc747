"""Keeps the arrays of answers ready as JSON, so that serving them again is copying bytes."""

from collections import OrderedDict
from datetime import date
from typing import NamedTuple

import msgspec
import numpy as np

from collector.recorded.library import Played
from collector.stand_in.answers import section_of
from collector.stand_in.query import Query
from shared.forecasting.arrays import FloatArray
from shared.forecasting.variables import Variable

_MOST_KEPT = 512  # a quarter of a megabyte each for ten years


class _Key(NamedTuple):
    place: str
    days_late: int
    names: tuple[str, ...]
    first: date
    last: date
    newest: date


class Sections:
    """The encoded arrays of places, made when they are first asked for."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, msgspec.Raw] = OrderedDict()

    def of(self, played: Played, query: Query, newest: date) -> msgspec.Raw:
        """Return the arrays of what is played, null after the newest day there is."""
        place, late = played.recording.name, played.days_late
        ends = min(newest, query.last)
        key = _Key(place, late, tuple(query.series), query.first, query.last, ends)
        if key not in self._kept:
            self._kept[key] = msgspec.Raw(msgspec.json.encode(_section(played, query, ends)))
        self._kept.move_to_end(key)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]


def _section(played: Played, query: Query, newest: date) -> dict[str, object]:
    days = np.arange(np.datetime64(query.first), np.datetime64(query.last) + 1)
    is_known = days <= np.datetime64(newest)
    return section_of(
        query,
        {
            name: np.where(is_known, _column(played, variable, days), np.nan).tolist()
            for name, variable in query.series.items()
            if isinstance(variable, Variable)
        },
    )


def _column(
    played: Played, variable: Variable, days: "np.ndarray[tuple[int], np.dtype[np.datetime64]]"
) -> FloatArray:
    history = played.recording.history
    recorded = history.column(variable)
    rows = (days - np.datetime64(history.first_date)).astype(np.int64) - played.days_late
    is_inside = (rows >= 0) & (rows < recorded.size)
    column: FloatArray = np.where(is_inside, recorded[rows.clip(0, recorded.size - 1)], np.nan)
    return column

"""What a provider can do wrong, one function each: to the answer of a place, or to the whole."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from typing import Any

#: The decoded answer for one place, and the name of its section (`daily` or `hourly`).
Answer = dict[str, Any]


class Fault(StrEnum):
    """A kind of misbehaviour."""

    # Of the exchange; see `app`.
    ERROR_CASE = "error_case"  # one of the error answers of a file, by its number from 1
    GATEWAY_PAGE = "gateway_page"  # 502 with HTML
    REDIRECT = "redirect"
    EMPTY_BODY = "empty_body"
    DELAY = "delay"  # answers, so many seconds later
    HANG = "hang"  # never answers
    STALL = "stall"  # sends half of the body and no more
    CUT_OFF = "cut_off"  # sends half of the body and closes the connection
    CUT_JSON = "cut_json"  # half of the body as if it were the whole
    # Of the content: of one place, or of all.
    NULLS = "nulls"
    NOT_A_NUMBER = "not_a_number"
    TEXT = "text"
    IMPOSSIBLE = "impossible"
    WRONG_UNITS = "wrong_units"
    SHIFTED_ZONE = "shifted_zone"
    WRONG_DAYS = "wrong_days"
    DUPLICATE_DAY = "duplicate_day"
    MISSING_DAY = "missing_day"
    TOO_SHORT = "too_short"
    MISSING_SERIES = "missing_series"
    OTHER_PLACE = "other_place"
    NO_SECTION = "no_section"
    # Of the list of places.
    MISSING_PLACE = "missing_place"
    SWAPPED_PLACES = "swapped_places"


_OTHER_UNITS = {"°C": "°F", "mm": "inch", "km/h": "m/s", "%": "fraction", "hPa": "Pa"}
_IMPOSSIBLE = 9999.0
_AN_HOUR = 3600


def spoil(fault: Fault, answer: Answer, section: str, variable: str | None) -> None:
    """Change the answer for one place; a fault of values is of one variable, or of all."""
    _OF_CONTENT[fault](answer, section, variable)


def is_of_content(fault: Fault) -> bool:
    """Say whether a fault is in what is said of a place."""
    return fault in _OF_CONTENT


def _values(
    change: Callable[[list[Any]], list[Any]], answer: Answer, section: str, variable: str | None
) -> None:
    for name in _names(answer, section, variable):
        answer[section][name] = change(answer[section][name])


def _names(answer: Answer, section: str, variable: str | None) -> Sequence[str]:
    return [variable] if variable else [name for name in answer[section] if name != "time"]


def _wrong_units(answer: Answer, section: str, variable: str | None) -> None:
    units = answer[f"{section}_units"]
    for name in _names(answer, section, variable):
        units[name] = _OTHER_UNITS.get(units[name], "furlong")


def _shifted_zone(answer: Answer, _section: str, _variable: str | None) -> None:
    answer |= {"utc_offset_seconds": _AN_HOUR, "timezone": "Africa/Casablanca"}


def _wrong_days(answer: Answer, section: str, _variable: str | None) -> None:
    times = answer[section]["time"]
    answer[section]["time"] = [f"1999{time[4:]}" for time in times]


def _duplicate_day(answer: Answer, section: str, _variable: str | None) -> None:
    for series in answer[section].values():
        series.insert(len(series) // 2, series[len(series) // 2])


def _missing_day(answer: Answer, section: str, _variable: str | None) -> None:
    for series in answer[section].values():
        del series[len(series) // 2]


def _missing_series(answer: Answer, section: str, variable: str | None) -> None:
    for name in list(_names(answer, section, variable))[:1]:
        del answer[section][name], answer[f"{section}_units"][name]


def _other_place(answer: Answer, _section: str, _variable: str | None) -> None:
    answer |= {"latitude": -answer["latitude"], "longitude": -answer["longitude"]}


def _no_section(answer: Answer, section: str, _variable: str | None) -> None:
    del answer[section]


_OF_CONTENT: dict[Fault, Callable[[Answer, str, str | None], None]] = {
    Fault.NULLS: partial(_values, lambda values: [None] * len(values)),
    # JSON has no NaN; servers that write one write this.
    Fault.NOT_A_NUMBER: partial(_values, lambda values: [*values[:-1], float("nan")]),
    Fault.TEXT: partial(_values, lambda values: [str(value) for value in values]),
    Fault.IMPOSSIBLE: partial(_values, lambda values: [*values[:-1], _IMPOSSIBLE]),
    Fault.TOO_SHORT: partial(_values, lambda values: values[:-1]),
    Fault.WRONG_UNITS: _wrong_units,
    Fault.SHIFTED_ZONE: _shifted_zone,
    Fault.WRONG_DAYS: _wrong_days,
    Fault.DUPLICATE_DAY: _duplicate_day,
    Fault.MISSING_DAY: _missing_day,
    Fault.MISSING_SERIES: _missing_series,
    Fault.OTHER_PLACE: _other_place,
    Fault.NO_SECTION: _no_section,
}

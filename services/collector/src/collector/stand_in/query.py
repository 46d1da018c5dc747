"""Understands the query of a request, or says what is wrong with it in the source's words."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from starlette.datastructures import QueryParams

from collector.stand_in.hosts import Host
from collector.stand_in.series import QUANTITIES, Series, daily_series, hourly_series
from shared.forecasting.variables import Variable

_MAX_PLACES = 1000
_HIGHEST = 6000.0  # m; nobody lives above
_LOWEST = -430.0  # m; the shore of the Dead Sea
_GMT = ("GMT", "UTC", "Etc/UTC")

# What would change the meaning of an answer and is not served; its one value that is.
_FIXED = {
    "temperature_unit": "celsius",
    "wind_speed_unit": "kmh",
    "windspeed_unit": "kmh",
    "precipitation_unit": "mm",
    "timeformat": "iso8601",
    "format": "json",
}
_NOT_SERVED = ("current", "minutely_15", "start_hour", "end_hour")
_SECTIONS = {
    "daily": (daily_series, tuple(Variable)),
    "hourly": (hourly_series, (*QUANTITIES, *(f"{name}_previous_day1" for name in QUANTITIES))),
}


class BadRequest(Exception):
    """The request cannot be answered; the text is the reason the client is given."""


class Place(NamedTuple):
    """Degrees north, degrees east, metres above sea level."""

    latitude: float
    longitude: float
    elevation: float


@dataclass(frozen=True)
class Query:
    """A request that can be answered.

    Attributes
    ----------
    section : str
        `daily` or `hourly`.
    series : dict of str to Series
        What is asked for, by the name it was asked for with, old spellings included.
    model : str
        The weather model that is to have made it.
    """

    places: tuple[Place, ...]
    section: str
    series: dict[str, Series]
    first: date
    last: date
    model: str


def parse_query(parameters: QueryParams, host: Host, today: date) -> Query:
    """Return the query in the parameters of a request to a host.

    Parameters
    ----------
    today : date
        What `past_days` and `forecast_days` are counted from, and what a host's reach is.

    Raises
    ------
    BadRequest
        With a reason worded as Open-Meteo words it, where it has such a one.
    """
    _refuse_what_is_not_served(parameters, host)
    first, last = _span(parameters, today)
    earliest, latest = host.days_at(today)
    for name, day in (("start_date", first), ("end_date", last)):
        if not earliest <= day <= latest:
            message = f"Parameter '{name}' is out of allowed range from {earliest} to {latest}"
            raise BadRequest(message)
    if last < first:
        raise BadRequest("End-date must be larger or equals than start-date")
    model = _model(parameters, host)
    return Query(_places(parameters), host.section, _series(parameters, host), first, last, model)


def _refuse_what_is_not_served(parameters: QueryParams, host: Host) -> None:
    for name in (*_NOT_SERVED, *(set(_SECTIONS) - {host.section})):
        if name in parameters:
            message = f"Parameter '{name}' is not served at {host.path}, only '{host.section}' is"
            raise BadRequest(message)
    for name, only in _FIXED.items():
        if parameters.get(name, only) != only:
            raise BadRequest(f"Parameter '{name}' can only be '{only}' here")
    if any(zone not in _GMT for zone in _list(parameters, "timezone")):
        raise BadRequest("Invalid timezone: only UTC days are served here, timezone=GMT")


def _model(parameters: QueryParams, host: Host) -> str:
    model = parameters.get("models", host.models[0])
    if model not in host.models:
        message = (
            "Data corrupted at path ''. Cannot initialize MultiDomains from invalid String value "
            f"{model}; served at {host.path} are {', '.join(host.models)}."
        )
        raise BadRequest(message)
    return model


def _span(parameters: QueryParams, today: date) -> tuple[date, date]:
    start, end = parameters.get("start_date"), parameters.get("end_date")
    if start is None and end is None:
        past = _days(parameters, "past_days", default=0, most=93)
        ahead = _days(parameters, "forecast_days", default=7, most=16)
        return today - timedelta(past), today + timedelta(max(ahead, 1) - 1)
    if start is None or end is None:
        raise BadRequest("Both 'start_date' and 'end_date' must be set in the url")
    for name in ("past_days", "forecast_days"):
        if parameters.get(name, "0") != "0":
            message = f"Parameter '{name}' is mutually exclusive with 'start_date' and 'end_date'"
            raise BadRequest(message)
    return _date(start), _date(end)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest("Invalid date format. Make sure to use 'YYYY-MM-DD'") from None


def _days(parameters: QueryParams, name: str, *, default: int, most: int) -> int:
    label = name.replace("_", " ").capitalize()
    text = parameters.get(name, str(default))
    if not text.isascii() or not text.isdigit() or int(text) > most:
        message = f"{label} is invalid. Allowed range 0 to {most}. Given {text}."
        raise BadRequest(message)
    return int(text)


def _series(parameters: QueryParams, host: Host) -> dict[str, Series]:
    find, known = _SECTIONS[host.section]
    names = _list(parameters, host.section)
    if not names:
        raise BadRequest(f"Parameter '{host.section}' must name at least one variable")
    found = {}
    for name in names:
        try:
            found[name] = find(name)
        except ValueError:
            message = (
                f"Cannot initialize WeatherVariable from invalid String value {name} for key "
                f"{host.section}; served are {', '.join(known)} and the like"
            )
            raise BadRequest(message) from None
    return found


def _places(parameters: QueryParams) -> tuple[Place, ...]:
    latitudes = _numbers(parameters, "latitude", -90.0, 90.0)
    longitudes = _numbers(parameters, "longitude", -180.0, 180.0)
    elevations = _numbers(parameters, "elevation", _LOWEST, _HIGHEST) or [0.0] * len(latitudes)
    if not len(latitudes) == len(longitudes) == len(elevations):
        names = "'latitude', 'longitude' and 'elevation'"
        message = f"Parameter {names} must have the same number of elements"
        raise BadRequest(message)
    if not latitudes:
        raise BadRequest("Parameters 'latitude' and 'longitude' are required")
    if len(latitudes) > _MAX_PLACES:
        message = f"Only up to {_MAX_PLACES} locations can be requested at once"
        raise BadRequest(message)
    return tuple(map(Place, latitudes, longitudes, elevations))


def _numbers(parameters: QueryParams, name: str, lowest: float, highest: float) -> list[float]:
    numbers = []
    for text in _list(parameters, name):
        try:
            number = float(text)
        except ValueError:
            message = f"Parameter '{name}' is no number: {text!r}"
            raise BadRequest(message) from None
        if not lowest <= number <= highest:  # false for nan as well
            label = name.capitalize()
            unit = " m" if name == "elevation" else "°"
            span = f"{lowest:g} to {highest:g}{unit}"
            message = f"{label} must be in range of {span}. Given: {number}."
            raise BadRequest(message)
        numbers.append(number)
    return numbers


def _list(parameters: QueryParams, name: str) -> list[str]:
    """Return a parameter that is comma-separated, repeated, or both."""
    return [item for text in parameters.getlist(name) for item in text.split(",") if item]

"""Understands the query of a request to the simulator, or says what is wrong with it."""

from dataclasses import dataclass
from datetime import date, timedelta

from starlette.datastructures import QueryParams

from collector.simulator.climate import Place
from collector.units import modern_spelling
from shared.forecasting.variables import Variable

_MAX_PLACES = 1000
_HIGHEST = 6000.0  # m; nobody lives above
_LOWEST = -430.0  # m; the shore of the Dead Sea
_GMT = ("GMT", "UTC", "Etc/UTC")

# What would change the meaning of an answer and is not simulated; its one value that is.
_FIXED = {
    "temperature_unit": "celsius",
    "wind_speed_unit": "kmh",
    "windspeed_unit": "kmh",
    "precipitation_unit": "mm",
    "timeformat": "iso8601",
    "format": "json",
    "models": "best_match",
}
_NOT_SIMULATED = ("hourly", "current", "minutely_15", "start_hour", "end_hour")


class BadRequest(Exception):
    """The request cannot be answered; the text is the reason the client is given."""


@dataclass(frozen=True)
class Query:
    """A request that can be answered.

    Attributes
    ----------
    daily : dict of str to Variable
        Series by the name they were asked for, old spellings included.
    """

    places: tuple[Place, ...]
    daily: dict[str, Variable]
    first: date
    last: date


def parse_query(parameters: QueryParams, *, earliest: date, latest: date, today: date) -> Query:
    """Return the query in a request's parameters.

    Parameters
    ----------
    earliest, latest : date
        Days that may be asked for.
    today : date
        What `past_days` and `forecast_days` are counted from.

    Raises
    ------
    BadRequest
        With a reason worded as Open-Meteo words it, where it has such a one.
    """
    _refuse_what_is_not_simulated(parameters)
    first, last = _span(parameters, today)
    for name, day in (("start_date", first), ("end_date", last)):
        if not earliest <= day <= latest:
            message = f"Parameter '{name}' is out of allowed range from {earliest} to {latest}"
            raise BadRequest(message)
    if last < first:
        raise BadRequest("End-date must be larger or equals than start-date")
    return Query(_places(parameters), _daily(parameters), first, last)


def _refuse_what_is_not_simulated(parameters: QueryParams) -> None:
    for name in _NOT_SIMULATED:
        if name in parameters:
            message = f"Parameter '{name}' is not simulated, only 'daily' is"
            raise BadRequest(message)
    for name, only in _FIXED.items():
        if parameters.get(name, only) != only:
            message = f"Parameter '{name}' can only be '{only}' in the simulator"
            raise BadRequest(message)
    if any(zone not in _GMT for zone in _list(parameters, "timezone")):
        raise BadRequest("Invalid timezone: the simulator has UTC days only, timezone=GMT")


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


def _daily(parameters: QueryParams) -> dict[str, Variable]:
    names = _list(parameters, "daily")
    if not names:
        raise BadRequest("Parameter 'daily' must name at least one variable")
    found = {}
    for name in names:
        try:
            found[name] = Variable(modern_spelling(name))
        except ValueError:
            message = (
                f"Cannot initialize ForecastVariableDaily from invalid String value {name} for "
                f"key daily; simulated are {', '.join(Variable)}"
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
            message = f"{label} must be in range of {lowest:g} to {highest:g}. Given: {number}."
            raise BadRequest(message)
        numbers.append(number)
    return numbers


def _list(parameters: QueryParams, name: str) -> list[str]:
    """Return a parameter that is comma-separated, repeated, or both."""
    return [item for text in parameters.getlist(name) for item in text.split(",") if item]

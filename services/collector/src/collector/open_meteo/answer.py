"""Reads an answer of Open-Meteo strictly: nothing that breaks what was agreed gets past here."""

from datetime import date, timedelta
from typing import Annotated, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from collector.errors import SourceRefused, SourceUnavailable
from collector.ports import Days, DayValues
from shared.forecasting.variables import VARIABLES, Variable

_Value = Annotated[float, Field(strict=True, allow_inf_nan=False)]
_Day = Annotated[date, Field(strict=True)]
_OF_24_HOURS = (
    Variable.TEMPERATURE_MAX,
    Variable.TEMPERATURE_MIN,
    Variable.WIND_SPEED_MAX,
    Variable.WIND_GUSTS_MAX,
    Variable.WIND_DIRECTION,
)
_NOT_ASKED = 0.0
_SHOWN = 120  # characters of a body that is no data


class _Daily(BaseModel):
    """The parallel arrays of an answer, `time` first."""

    model_config = ConfigDict(extra="allow")

    time: list[_Day]
    __pydantic_extra__: dict[str, list[_Value | None]]


class _Answer(BaseModel):
    """The part of an answer for one place that matters; days are UTC days."""

    utc_offset_seconds: int
    daily_units: dict[str, str]
    daily: _Daily


def read_days(body: bytes, first: date, last: date) -> Days:
    """Return the days of an answer to a request for all variables, in GMT.

    Raises
    ------
    SourceUnavailable
        The body is no complete JSON: a gateway's page, or an answer that broke off.
    SourceRefused
        The answer is complete and wrong: other units, days, lengths or impossible values.
    """
    try:
        answer = _Answer.model_validate_json(body)
    except ValidationError as error:
        _raise_unreadable(error, body)
    _check_days(answer, first, last)
    series = {variable: _checked_series(answer, variable) for variable in Variable}
    return {
        day: without_partial_extremes({name: values[place] for name, values in series.items()})
        for place, day in enumerate(answer.daily.time)
    }


def without_partial_extremes(values: DayValues) -> DayValues:
    """Return a day's values without extremes that are not those of 24 hours.

    For a day with missing hours Open-Meteo gives the extremes of the hours there are, but no mean.
    Where no mean was asked for, nothing can be told.
    """
    if values.get(Variable.TEMPERATURE_MEAN, _NOT_ASKED) is not None:
        return values
    return {name: None if name in _OF_24_HOURS else value for name, value in values.items()}


def _raise_unreadable(error: ValidationError, body: bytes) -> NoReturn:
    fault = error.errors(include_url=False)[0]
    if fault["type"] == "json_invalid":
        start = body[:_SHOWN].decode(errors="replace")
        message = f"The source's answer is no complete JSON ({start!r}…): trying again later."
        raise SourceUnavailable(message) from None
    where = ".".join(str(part) for part in fault["loc"]) or "the whole"
    message = f"The source's answer is not of the agreed shape: {where}: {fault['msg']}."
    raise SourceRefused(message) from None


def _check_days(answer: _Answer, first: date, last: date) -> None:
    if answer.utc_offset_seconds != 0:
        message = (
            "The source answered with days of an offset of "
            f"{answer.utc_offset_seconds} s; UTC days were asked for."
        )
        raise SourceRefused(message)
    expected = [first + timedelta(days) for days in range((last - first).days + 1)]
    if answer.daily.time != expected:
        message = (
            f"The source's days are not the {len(expected)} consecutive ones from {first} to "
            f"{last} that were asked for, but {_range(answer.daily.time)}."
        )
        raise SourceRefused(message)


def _checked_series(answer: _Answer, variable: Variable) -> list[float | None]:
    series = (answer.daily.__pydantic_extra__ or {}).get(variable)
    unit = answer.daily_units.get(variable)
    bounds = VARIABLES[variable]
    if series is None:
        message = f"The source's answer lacks {variable}, which was asked for."
        raise SourceRefused(message)
    if unit != bounds.unit:
        message = f"The source gives {variable} in {unit!r}; {bounds.unit!r} was agreed."
        raise SourceRefused(message)
    n_days = len(answer.daily.time)
    if len(series) != n_days:
        message = f"The source gives {len(series)} values of {variable} for {n_days} days."
        raise SourceRefused(message)
    for day, value in zip(answer.daily.time, series, strict=True):
        if value is not None and not bounds.is_possible(value):
            message = (
                f"The source's {variable} of {day} is {value} {unit}, outside "
                f"{bounds.lowest:g} to {bounds.highest:g}: nothing of the answer was stored."
            )
            raise SourceRefused(message)
    return series


def _range(days: list[date]) -> str:
    return f"{len(days)} from {days[0]} to {days[-1]}" if days else "none"

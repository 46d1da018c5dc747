"""A forecast from a history the caller sends: its shape, what is accepted, what is refused.

The history has the shape of an archive's `daily`, so that one can be sent back as it came.
"""

import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.answers.daily import forecast_answer
from api.answers.parameters import DEFAULT_SERIES, ForecastQuery
from api.answers.problems import NotEnoughHistory, ParameterFault, ParametersRefused
from api.answers.shapes import ForecastAnswer
from api.serving.forecasts import Step, make_forecasts
from api.serving.snapshot import Rung, ServedSite
from shared.forecasting.arrays import DateArray, FloatArray
from shared.forecasting.forecast import HISTORY_DAYS
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import (
    FORECAST_VARIABLES,
    HORIZON_DAYS,
    VARIABLES,
    Variable,
)

#: A forecast looks back on 400 days; what lies before changes nothing.
MOST_DAYS = 2 * HISTORY_DAYS
MOST_TOGETHER = 50
_EARLIEST = date(1900, 1, 1)
_MOST_FAULTS = 10
_EPOCH = date(1970, 1, 1).toordinal()

Values = list[float | None]
_Site = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class History(BaseModel):
    """Days, and what was observed on them; null where nothing was."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    time: list[date] = Field(
        min_length=1, max_length=MOST_DAYS, description="days in order; some may be missing"
    )
    temperature_2m_max: Values | None = Field(default=None, description="°C")
    temperature_2m_min: Values | None = Field(default=None, description="°C")
    temperature_2m_mean: Values | None = Field(default=None, description="°C")
    precipitation_sum: Values | None = Field(default=None, description="mm")
    wind_speed_10m_max: Values | None = Field(default=None, description="km/h")
    relative_humidity_2m_mean: Values | None = Field(default=None, description="%")
    surface_pressure_mean: Values | None = Field(default=None, description="hPa")
    wind_gusts_10m_max: Values | None = Field(default=None, description="km/h")
    wind_direction_10m_dominant: Values | None = Field(default=None, description="°")
    shortwave_radiation_sum: Values | None = Field(default=None, description="MJ/m²")

    def series(self) -> Mapping[Variable, Values]:
        """Return the series that were sent."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: sent[name] for name in Variable if sent.get(name) is not None}


class PredictBody(BaseModel):
    """What a forecast is wanted from, by the models of which site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: _Site = Field(description="whose models answer", examples=["marrakech"])
    daily: History = Field(description="the history, in the default units")
    variables: list[Variable] | None = Field(
        default=None,
        min_length=1,
        max_length=len(FORECAST_VARIABLES),
        description="which to forecast; by default all that are sent and can be",
        examples=[["temperature_2m_max"]],
    )
    forecast_days: int = Field(default=HORIZON_DAYS, ge=1, le=HORIZON_DAYS)


class PredictBatchBody(BaseModel):
    """Several of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    requests: list[PredictBody] = Field(min_length=1, max_length=MOST_TOGETHER)


class PredictBatchAnswer(BaseModel):
    """One answer a request, in their order."""

    answers: list[ForecastAnswer]


def predict_answer(served: ServedSite, body: PredictBody, now: datetime) -> ForecastAnswer:
    """Return the forecast from a history by the models of a site.

    Raises
    ------
    ParametersRefused
        Names each field that cannot be, its value and what is accepted.
    NotEnoughHistory
        No variable can be forecast from it.
    """
    inputs = ForecastInputs(_history(body.daily))
    wanted = _wanted(body, inputs.own.values)

    def ladder(variable: Variable) -> Iterator[Step]:
        model = served.models.get(variable)
        if model is not None:
            is_newest = model.champion.epoch >= served.epochs.get(variable, 0)
            yield Step(Rung.CHAMPION if is_newest else Rung.PREVIOUS_CHAMPION, model)

    forecasts = make_forecasts(inputs, ladder, wanted)
    if all(found.forecast is None for found in forecasts.values()):
        reasons = " ".join(found.reason or "" for found in forecasts.values())
        raise NotEnoughHistory(reasons or f"Send one of {', '.join(FORECAST_VARIABLES)}.")
    theirs = replace(
        served,
        site=replace(served.site, provenance=None),
        inputs=inputs,
        forecasts=MappingProxyType(forecasts),
    )
    query = ForecastQuery(
        site=body.site,
        daily=[name for name in DEFAULT_SERIES if name.variable in wanted],
        forecast_days=body.forecast_days,
    )
    return forecast_answer(theirs, query, now)


def _wanted(body: PredictBody, sent: Collection[Variable]) -> list[Variable]:
    """Return the variables to forecast, in our order."""
    can_be = [name for name in FORECAST_VARIABLES if name in sent]
    if body.variables is None:
        return can_be
    for n, name in enumerate(body.variables):
        if name not in can_be:
            accepted = ", ".join(can_be) or "none of what is sent"
            raise ParametersRefused(
                f"variables.{n}={name}: accepted: {accepted}.",
                [
                    ParameterFault(
                        parameter=f"variables.{n}", value=name, detail=f"accepted: {accepted}"
                    )
                ],
            )
    return [name for name in can_be if name in body.variables]


def _history(sent: History) -> DailyHistory:
    series = sent.series()
    days = _dates(sent.time)
    columns = {variable: _column(values) for variable, values in series.items()}
    faults = [*_faults(days, columns)]
    if faults:
        shown = faults[:_MOST_FAULTS]
        detail = " ".join(f"{one.parameter}={one.value}: {one.detail}." for one in shown)
        raise ParametersRefused(detail, shown)
    return DailyHistory(sent.time[0], _day_by_day(days, columns))


def _day_by_day(
    days: DateArray, columns: Mapping[Variable, FloatArray]
) -> Mapping[Variable, FloatArray]:
    """Return columns of consecutive days, NaN on those that were not sent."""
    positions = (days - days[0]).astype(np.intp)
    n_days = int(positions[-1]) + 1
    if n_days == days.size:
        return columns
    by_day = {variable: np.full(n_days, np.nan) for variable in columns}
    for variable, column in columns.items():
        by_day[variable][positions] = column
    return by_day


def _dates(days: Sequence[date]) -> DateArray:
    """Return days as an array; NumPy's own conversion of dates takes thirty times as long."""
    ordinals = np.fromiter(map(date.toordinal, days), np.int64, len(days))
    dates: DateArray = (ordinals - _EPOCH).astype("datetime64[D]")
    return dates


def _column(values: Values) -> FloatArray:
    """Return values as an array; where none is missing, `struct` takes a third of the time."""
    try:
        return np.frombuffer(struct.pack(f"{len(values)}d", *values))
    except struct.error:
        return np.array(values, np.float64)


def _faults(days: DateArray, columns: Mapping[Variable, FloatArray]) -> Iterator[ParameterFault]:
    yield from _faults_of_days(days)
    if _all_are_possible(days, columns):
        return
    for variable, column in columns.items():
        if column.size != days.size:
            yield _fault(variable, f"{column.size} values", f"one a day is wanted, {days.size}")
        info = VARIABLES[variable]
        for n in np.flatnonzero((column < info.lowest) | (column > info.highest)):
            yield _fault(
                f"{variable}.{n}", column[n], f"{info.lowest:g} to {info.highest:g} {info.unit}"
            )


def _all_are_possible(days: DateArray, columns: Mapping[Variable, FloatArray]) -> bool:
    """Say, at a glance, whether nothing is wrong with any value."""
    if {column.size for column in columns.values()} != {days.size}:
        return False
    table = np.array([*columns.values()])
    lowest = np.array([VARIABLES[variable].lowest for variable in columns])
    highest = np.array([VARIABLES[variable].highest for variable in columns])
    too_low = np.fmin.reduce(table, axis=1) < lowest
    too_high = np.fmax.reduce(table, axis=1) > highest
    return not (too_low | too_high).any()


def _faults_of_days(days: DateArray) -> Iterator[ParameterFault]:
    first, last = days[0].item(), days[-1].item()
    for n in np.flatnonzero(days[1:] <= days[:-1]):
        wanted = f"days in order are wanted, after {days[n]}"
        yield _fault(f"time.{n + 1}", days[n + 1], wanted)
    if first < _EARLIEST:
        yield _fault("time.0", first, f"days from {_EARLIEST} on are accepted")
    elif last - first >= timedelta(days=MOST_DAYS):
        wanted = f"within {MOST_DAYS} days of the first, {first}"
        yield _fault(f"time.{days.size - 1}", last, wanted)


def _fault(field: str, value: object, accepted: str) -> ParameterFault:
    return ParameterFault(
        parameter=f"daily.{field}", value=str(value), detail=f"accepted: {accepted}"
    )

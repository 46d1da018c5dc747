"""Answers as FlatBuffers, the format Open-Meteo's own clients ask for (`format=flatbuffers`).

One message a place, each behind its length; the series come in the order they were asked for. The
schema is that of the `openmeteo-sdk` package, which publishes readers and the numbers of names and
units; the slots of its tables stand here: https://github.com/open-meteo/sdk
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from flatbuffers import Builder
from openmeteo_sdk.Aggregation import Aggregation
from openmeteo_sdk.Model import Model
from openmeteo_sdk.Unit import Unit
from openmeteo_sdk.Variable import Variable as Name

from api.answers.open_meteo import OpenMeteoAnswer
from shared.forecasting.variables import Variable

MEDIA_TYPE = "application/octet-stream"
SECONDS_PER_DAY = 86_400
_FIRST_SIZE = 1024  # bytes; a builder grows by itself

# (slot of the table, method that writes it, value)
_Field = tuple[int, Callable[..., None], Any]

#: Variable, aggregation and height above ground (metres) of each series.
_SERIES: Mapping[str, tuple[int, int, int]] = {
    Variable.TEMPERATURE_MAX: (Name.temperature, Aggregation.maximum, 2),
    Variable.TEMPERATURE_MIN: (Name.temperature, Aggregation.minimum, 2),
    Variable.TEMPERATURE_MEAN: (Name.temperature, Aggregation.mean, 2),
    Variable.PRECIPITATION: (Name.precipitation, Aggregation.sum, 0),
    Variable.WIND_SPEED_MAX: (Name.wind_speed, Aggregation.maximum, 10),
    Variable.HUMIDITY_MEAN: (Name.relative_humidity, Aggregation.mean, 2),
    Variable.SURFACE_PRESSURE_MEAN: (Name.surface_pressure, Aggregation.mean, 0),
    Variable.WIND_GUSTS_MAX: (Name.wind_gusts, Aggregation.maximum, 10),
    Variable.WIND_DIRECTION: (Name.wind_direction, Aggregation.dominant, 10),
    Variable.RADIATION: (Name.shortwave_radiation, Aggregation.sum, 0),
    "precipitation_probability": (Name.precipitation_probability, Aggregation.none, 0),
    "precipitation_probability_max": (Name.precipitation_probability, Aggregation.maximum, 0),
}

#: Units by the label they have under `daily_units`.
_UNITS: Mapping[str, int] = {
    "°C": Unit.celsius,
    "°F": Unit.fahrenheit,
    "km/h": Unit.kilometres_per_hour,
    "m/s": Unit.metre_per_second,
    "mp/h": Unit.miles_per_hour,
    "kn": Unit.knots,
    "mm": Unit.millimetre,
    "inch": Unit.inch,
    "%": Unit.percentage,
    "hPa": Unit.hectopascal,
    "°": Unit.degree_direction,
    "MJ/m²": Unit.megajoule_per_square_metre,
}


def without_a_name(names: Sequence[str]) -> list[str]:
    """Return those of some series that the schema has no name for: our intervals."""
    return [name for name in names if name not in _SERIES]


def to_flatbuffers(answers: Sequence[OpenMeteoAnswer]) -> bytes:
    """Return the messages of some places; days must be written as unix times."""
    return b"".join(_message(answer) for answer in answers)


def _message(answer: OpenMeteoAnswer) -> bytes:
    builder = Builder(_FIRST_SIZE)
    daily = _daily(builder, answer)
    zone = builder.CreateString(answer.timezone)
    abbreviation = builder.CreateString(answer.timezone_abbreviation)
    elevation = float("nan") if answer.elevation is None else answer.elevation
    fields: list[_Field] = [
        (0, builder.PrependFloat32Slot, answer.latitude),
        (1, builder.PrependFloat32Slot, answer.longitude),
        (2, builder.PrependFloat32Slot, elevation),
        (3, builder.PrependFloat32Slot, answer.generationtime_ms),
        (4, builder.PrependInt64Slot, answer.location_id or 0),
        (5, builder.PrependUint8Slot, Model.best_match),
        (6, builder.PrependInt32Slot, answer.utc_offset_seconds),
        (7, builder.PrependUOffsetTRelativeSlot, zone),
        (8, builder.PrependUOffsetTRelativeSlot, abbreviation),
    ]
    if daily is not None:
        fields.append((10, builder.PrependUOffsetTRelativeSlot, daily))
    builder.FinishSizePrefixed(_table(builder, 15, fields))
    return bytes(builder.Output())


def _daily(builder: Builder, answer: OpenMeteoAnswer) -> int | None:
    """Write `VariablesWithTime`; return its offset."""
    if answer.daily is None or answer.daily_units is None:
        return None
    units = answer.daily_units
    days = np.array(answer.daily["time"], np.int64)
    series = [
        _series(builder, name, np.array(values, np.float32), _UNITS[units[name]])
        for name, values in answer.daily.items()
        if name != "time"
    ]
    builder.StartVector(4, len(series), 4)
    for offset in reversed(series):
        builder.PrependUOffsetTRelative(offset)
    variables = builder.EndVector()
    return _table(
        builder,
        4,
        [
            (0, builder.PrependInt64Slot, int(days[0])),
            (1, builder.PrependInt64Slot, int(days[-1]) + SECONDS_PER_DAY),
            (2, builder.PrependInt32Slot, SECONDS_PER_DAY),
            (3, builder.PrependUOffsetTRelativeSlot, variables),
        ],
    )


def _series(builder: Builder, name: str, values: "np.ndarray[Any, Any]", unit: int) -> int:
    """Write `VariableWithValues`; return its offset."""
    variable, aggregation, altitude = _SERIES[name]
    written = builder.CreateNumpyVector(values)
    return _table(
        builder,
        13,
        [
            (0, builder.PrependUint8Slot, variable),
            (1, builder.PrependUint8Slot, unit),
            (3, builder.PrependUOffsetTRelativeSlot, written),
            (5, builder.PrependInt16Slot, altitude),
            (6, builder.PrependUint8Slot, aggregation),
        ],
    )


def _table(builder: Builder, n_slots: int, fields: Sequence[_Field]) -> int:
    builder.StartObject(n_slots)
    for slot, write, value in fields:
        write(slot, value, 0)
    offset: int = builder.EndObject()
    return offset

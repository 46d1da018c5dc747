"""Units: one place where a stored value becomes another, rounded and without made-up digits."""

import math

import pytest

from api.answers.units import (
    PERCENT,
    PRECIPITATION_UNITS,
    TEMPERATURE_UNITS,
    WIND_SPEED_UNITS,
    PrecipitationUnit,
    TemperatureUnit,
    Unit,
    Units,
    WindSpeedUnit,
)
from shared.forecasting.variables import VARIABLES, Variable


@pytest.mark.parametrize(
    ("unit", "stored", "answered"),
    [
        (TEMPERATURE_UNITS[TemperatureUnit.FAHRENHEIT], -40.0, -40.0),  # where both scales meet
        (TEMPERATURE_UNITS[TemperatureUnit.FAHRENHEIT], 100.0, 212.0),
        (WIND_SPEED_UNITS[WindSpeedUnit.MS], 36.0, 10.0),
        (WIND_SPEED_UNITS[WindSpeedUnit.MPH], 160.9344, 100.0),  # 100 international miles
        (WIND_SPEED_UNITS[WindSpeedUnit.KNOTS], 18.52, 10.0),  # 10 nautical miles
        (PRECIPITATION_UNITS[PrecipitationUnit.INCH], 25.4, 1.0),
        (PERCENT, 0.127, 13.0),
    ],
)
def test_unit_converts_the_stored_value(unit: Unit, stored: float, answered: float) -> None:
    assert unit.write([stored]) == [answered]


@pytest.mark.parametrize("missing", [math.nan, math.inf, -math.inf])
def test_unit_writes_none_where_there_is_no_number(missing: float) -> None:
    assert PERCENT.write([missing, 0.5]) == [None, 50.0]


def test_unit_writes_no_negative_zero() -> None:
    assert math.copysign(1, Unit("°C", 1).write([-0.04])[0] or 0.0) == 1.0


@pytest.mark.parametrize("variable", Variable)
def test_default_units_are_those_the_values_are_stored_in(variable: Variable) -> None:
    assert Units().of(variable).label == VARIABLES[variable].unit


def test_gusts_are_written_in_the_unit_asked_for_wind() -> None:
    units = Units(wind_speed=WindSpeedUnit.MS)
    assert units.of(Variable.WIND_GUSTS_MAX).label == units.of(Variable.WIND_SPEED_MAX).label
    assert units.of(Variable.WIND_DIRECTION).write([359.7]) == [360.0]

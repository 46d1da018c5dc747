"""Reading is strict: whatever breaks the agreement is an error, never a value."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import SourceRefused, SourceUnavailable
from collector.open_meteo.answer import read_days
from shared.forecasting.variables import VARIABLES, Variable
from tests.support.open_meteo import answer, as_json

FIRST, LAST = date(2026, 11, 20), date(2026, 11, 22)


def read(content: object) -> dict[date, dict[Variable, float | None]]:
    return {day: dict(values) for day, values in read_days(as_json(content), FIRST, LAST).items()}


def test_read_days_gives_each_day_its_values() -> None:
    days = read(answer(FIRST, LAST, temperature_2m_max=[21.5, None, 23]))
    assert list(days) == [FIRST, date(2026, 11, 21), LAST]
    assert [values[Variable.TEMPERATURE_MAX] for values in days.values()] == [21.5, None, 23.0]


def test_read_days_forgets_extremes_of_a_day_with_missing_hours() -> None:
    # Open-Meteo gives such a day extremes, of the hours there are, but no mean.
    days = read(answer(FIRST, LAST, temperature_2m_mean=[15.0, 15.0, None]))
    assert days[LAST][Variable.TEMPERATURE_MAX] is None
    assert days[LAST][Variable.TEMPERATURE_MIN] is None
    assert days[LAST][Variable.WIND_SPEED_MAX] is None
    assert days[LAST][Variable.PRECIPITATION] == 20.0


@pytest.mark.parametrize(
    ("series", "said"),
    [
        ({"temperature_2m_max": [20.0, 20.0]}, "2 values of temperature_2m_max for 3 days"),
        ({"temperature_2m_max": [20.0, 61.0, 20.0]}, r"2026-11-21 is 61.0 °C, outside -90 to 60"),
        ({"precipitation_sum": [0.0, -0.1, 0.0]}, "precipitation_sum of 2026-11-21 is -0.1 mm"),
        ({"temperature_2m_max": [20.0, "20", 20.0]}, "temperature_2m_max"),
        ({"temperature_2m_max": [20.0, True, 20.0]}, "temperature_2m_max"),
        ({"time": ["2026-11-20", "2026-11-22", "2026-11-21"]}, "not the 3 consecutive ones"),
        ({"time": ["2026-11-20", "2026-11-20", "2026-11-22"]}, "not the 3 consecutive ones"),
        ({"time": ["2026-11-20T00:00", "2026-11-21", "2026-11-22"]}, "daily.time"),
        ({"time": []}, "none"),
    ],
)
def test_read_days_refuses_wrong_series(series: dict[str, list[Any]], said: str) -> None:
    with pytest.raises(SourceRefused, match=said):
        read(answer(FIRST, LAST) | {"daily": answer(FIRST, LAST)["daily"] | series})


def test_read_days_refuses_other_units() -> None:
    content = answer(FIRST, LAST)
    content["daily_units"]["temperature_2m_max"] = "°F"
    with pytest.raises(SourceRefused, match=r"temperature_2m_max in '°F'; '°C' was agreed"):
        read(content)


def test_read_days_refuses_an_answer_without_a_variable() -> None:
    content = answer(FIRST, LAST)
    del content["daily"]["wind_speed_10m_max"]
    with pytest.raises(SourceRefused, match="lacks wind_speed_10m_max"):
        read(content)


def test_read_days_refuses_days_that_are_not_utc_days() -> None:
    with pytest.raises(SourceRefused, match="3600 s; UTC days were asked for"):
        read(answer(FIRST, LAST) | {"utc_offset_seconds": 3600})


@pytest.mark.parametrize("content", [[], {}, {"daily": {}}, "text", 7, None])
def test_read_days_refuses_other_shapes(content: object) -> None:
    with pytest.raises(SourceRefused, match="not of the agreed shape"):
        read(content)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999"])
def test_read_days_refuses_numbers_that_are_none(value: str) -> None:
    body = as_json(answer(FIRST, LAST)).replace(b"965.0", value.encode(), 1)
    with pytest.raises((SourceRefused, SourceUnavailable)):
        read_days(body, FIRST, LAST)


@pytest.mark.parametrize("body", [b"", b"<html>504</html>", b'{"daily":{"time":[12.1,Unexpected'])
def test_read_days_takes_what_is_no_json_for_a_passing_fault(body: bytes) -> None:
    with pytest.raises(SourceUnavailable, match="no complete JSON"):
        read_days(body, FIRST, LAST)


@given(st.integers(min_value=0))
def test_read_days_never_takes_a_broken_off_answer_for_a_whole_one(cut: int) -> None:
    body = as_json(answer(FIRST, LAST))
    with pytest.raises(SourceUnavailable):
        read_days(body[: cut % len(body)], FIRST, LAST)


@given(st.sampled_from(Variable), st.floats(allow_nan=False, allow_infinity=False))
def test_read_days_lets_possible_values_through_and_no_others(
    variable: Variable, value: float
) -> None:
    content = answer(FIRST, LAST, **{variable.value: [value] * 3})
    if VARIABLES[variable].is_possible(value):
        assert read(content)[FIRST][variable] == value
    else:
        with pytest.raises(SourceRefused):
            read(content)

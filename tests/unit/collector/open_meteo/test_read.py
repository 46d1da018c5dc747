"""Reading is strict on shape and lenient on values; mangled answers never pass as data."""

import copy
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import SourceRefused, SourceUnavailable
from collector.open_meteo.calls import GUIDANCE, OBSERVED
from collector.open_meteo.days import history_of
from collector.open_meteo.read import Columns, Question, read_answer
from shared.forecasting.sphere import Position
from shared.forecasting.variables import Variable
from tests.support.open_meteo import answer, as_json, hourly_answer

FIRST, LAST = date(2026, 11, 20), date(2026, 11, 22)
MARRAKECH = Position(31.63, -8.0)
ONE = Question(OBSERVED, (MARRAKECH,), FIRST, LAST)
TWO = Question(OBSERVED, (MARRAKECH, MARRAKECH), FIRST, LAST)


def read(content: object, question: Question = ONE) -> Columns:
    (columns,) = read_answer(as_json(content), question)
    assert not isinstance(columns, SourceRefused)
    return columns


def problem_of(content: object, question: Question = ONE) -> str:
    (problem,) = read_answer(as_json(content), question)
    assert isinstance(problem, SourceRefused)
    return str(problem)


def daily(**series: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    content = answer(FIRST, LAST)
    return content | {"daily": content["daily"] | series}


def test_read_gives_each_series_as_an_array() -> None:
    columns = read(daily(temperature_2m_max=[21.5, None, 23]))
    assert set(columns) == set(Variable)
    np.testing.assert_array_equal(columns["temperature_2m_max"], [21.5, np.nan, 23.0])


def test_history_forgets_extremes_of_a_day_with_missing_hours() -> None:
    # Open-Meteo gives such a day extremes, of the hours there are, but no mean.
    history = history_of(read(daily(temperature_2m_mean=[15.0, 15.0, None])), FIRST)
    for variable in (Variable.TEMPERATURE_MAX, Variable.WIND_GUSTS_MAX, Variable.WIND_DIRECTION):
        np.testing.assert_array_equal(history.values[variable], [20.0, 20.0, np.nan])
    np.testing.assert_array_equal(history.values[Variable.PRECIPITATION], [20.0] * 3)


def test_read_lets_impossible_values_pass_to_the_checks() -> None:
    assert read(daily(temperature_2m_max=[20.0, 1e6, -1e6]))["temperature_2m_max"][1] == 1e6


@pytest.mark.parametrize(
    ("series", "said"),
    [
        ({"temperature_2m_max": [20.0, 20.0]}, "2 values of temperature_2m_max for 3 times"),
        ({"temperature_2m_max": [20.0, "20", 20.0]}, r"daily.temperature_2m_max\[1\]|str"),
        ({"temperature_2m_max": [20.0, True, 20.0]}, "bool"),
        ({"temperature_2m_max": None}, "temperature_2m_max"),
        ({"time": ["2026-11-20", "2026-11-22", "2026-11-21"]}, "times are not those"),
        ({"time": ["2026-11-20", "2026-11-20", "2026-11-22"]}, "times are not those"),
        ({"time": ["2026-11-20T00:00", "2026-11-21", "2026-11-22"]}, "times are not those"),
        ({"time": ["2026-11-19", "2026-11-20", "2026-11-21"]}, "3 from 2026-11-19"),
        ({"time": []}, "none"),
        ({"time": [1, 2, 3]}, "daily.time"),
    ],
)
def test_read_refuses_wrong_series(series: dict[str, Any], said: str) -> None:
    assert re.search(said, problem_of(daily(**series)))


def test_read_refuses_other_units() -> None:
    content = answer(FIRST, LAST)
    content["daily_units"]["temperature_2m_max"] = "°F"
    assert "temperature_2m_max in '°F'; '°C' was agreed" in problem_of(content)


def test_read_takes_a_series_the_model_lacks_for_missing() -> None:
    content = daily(shortwave_radiation_sum=[None] * 3)
    content["daily_units"]["shortwave_radiation_sum"] = "undefined"
    assert np.isnan(read(content)["shortwave_radiation_sum"]).all()
    content["daily"]["shortwave_radiation_sum"][1] = 3.0
    assert "'undefined'" in problem_of(content)


def test_read_refuses_an_answer_without_a_variable() -> None:
    content = answer(FIRST, LAST)
    del content["daily"]["wind_speed_10m_max"]
    assert "wind_speed_10m_max" in problem_of(content)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"utc_offset_seconds": 3600}, "offset of 3600 s; UTC days were"),
        ({"latitude": 33.0}, "km from the one asked for"),
        ({"longitude": 172.0}, "km from the one asked for"),
        ({"latitude": 200.0}, "no place on earth"),
        ({"location_id": 3}, "gives place 3 where place 0 was agreed"),
    ],
)
def test_read_refuses_answers_to_another_question(part: dict[str, Any], said: str) -> None:
    assert said in problem_of(answer(FIRST, LAST) | part)


@pytest.mark.parametrize("content", [[], {}, {"daily": {}}, "text", 7, None, [[]], True])
def test_read_refuses_other_shapes(content: object) -> None:
    assert "not of the agreed shape" in problem_of(content)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "nan"])
def test_read_takes_numbers_that_are_no_json_for_a_passing_fault(value: str) -> None:
    body = as_json(answer(FIRST, LAST)).replace(b"965.0", value.encode(), 1)
    with pytest.raises(SourceUnavailable):
        read_answer(body, ONE)


def test_read_refuses_a_number_beyond_all_numbers() -> None:
    body = as_json(answer(FIRST, LAST)).replace(b"965.0", b"1e999", 1)
    with pytest.raises(SourceUnavailable, match="no complete JSON"):
        read_answer(body, ONE)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>504</html>", b'{"daily":{"time":[12.1,Unexpected', b"\xff\xfe", b"[" * 100_000],
)
@pytest.mark.parametrize("question", [ONE, TWO])
def test_read_takes_what_is_no_json_for_a_passing_fault(body: bytes, question: Question) -> None:
    with pytest.raises(SourceUnavailable, match="no complete JSON"):
        read_answer(body, question)


def two_places() -> list[dict[str, Any]]:
    return [answer(FIRST, LAST), answer(FIRST, LAST) | {"location_id": 1}]


def test_read_gives_many_places_in_their_order() -> None:
    content = two_places()
    content[1]["daily"]["temperature_2m_max"] = [1.0, 2.0, 3.0]
    first, second = read_answer(as_json(content), TWO)
    assert not isinstance(first, SourceRefused)
    assert not isinstance(second, SourceRefused)
    assert first["temperature_2m_max"][0] == 20.0
    assert second["temperature_2m_max"][0] == 1.0


def test_a_fault_of_one_place_leaves_the_others_alone() -> None:
    content = two_places()
    del content[0]["daily"]["temperature_2m_max"]
    first, second = read_answer(as_json(content), TWO)
    assert isinstance(first, SourceRefused)
    assert not isinstance(second, SourceRefused)


@pytest.mark.parametrize("change", [lambda c: c[:1], lambda c: c * 2, lambda c: c[0]])
def test_read_refuses_another_number_of_places(change: Callable[[Any], Any]) -> None:
    for problem in read_answer(as_json(change(two_places())), TWO):
        assert "no list of 2 places" in str(problem)


def test_read_refuses_places_in_another_order() -> None:
    for problem in read_answer(as_json(two_places()[::-1]), TWO):
        assert isinstance(problem, SourceRefused)


@given(st.data())
def test_an_answer_that_broke_off_is_never_taken_for_a_whole_one(data: st.DataObject) -> None:
    body = as_json(data.draw(st.sampled_from([answer(FIRST, LAST), two_places()])))
    question = TWO if body.startswith(b"[") else ONE
    cut = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(SourceUnavailable):
        read_answer(body[:cut] + data.draw(st.binary(max_size=3)).strip(b"]} \t\r\n"), question)


VALID = answer(FIRST, LAST, temperature_2m_max=[21.5, None, 23.25], precipitation_sum=[0, 0.1, 2])


@given(st.data())
def test_mangled_bytes_end_in_a_named_error_or_in_numbers_of_the_agreed_shape(
    data: st.DataObject,
) -> None:
    body = bytearray(as_json(VALID))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        width = data.draw(st.integers(0, 8))
        body[at : at + width] = data.draw(st.binary(max_size=8))
    try:
        (columns,) = read_answer(bytes(body), ONE)
    except SourceUnavailable:
        return
    if not isinstance(columns, SourceRefused):
        assert_is_what_it_says(bytes(body), columns)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def places_in(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401
    """Return the path of every value in a piece of JSON."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(content, dict):
        inner = list(content.items())
    elif isinstance(content, list):
        inner = list(enumerate(content))
    return [path] * bool(path) + [
        found for key, value in inner for found in places_in(value, (*path, key))
    ]


@given(st.data())
def test_mangled_structures_end_in_a_problem_or_in_numbers_of_the_agreed_shape(
    data: st.DataObject,
) -> None:
    content = copy.deepcopy(VALID)
    *path, key = data.draw(st.sampled_from(places_in(content)))
    holder: Any = content
    for step in path:
        holder = holder[step]
    if data.draw(st.booleans()):
        del holder[key]
    else:
        holder[key] = data.draw(JSON)
    body = as_json(content)
    try:
        (columns,) = read_answer(body, ONE)
    except SourceUnavailable:  # NaN and Infinity, which Python writes and JSON has not
        assert b"NaN" in body or b"Infinity" in body
        return
    if not isinstance(columns, SourceRefused):
        assert_is_what_it_says(body, columns)


def assert_is_what_it_says(body: bytes, columns: Columns) -> None:
    """Check that every number read is the one that another reader finds in the answer."""
    said = json.loads(body)
    days = [(FIRST + timedelta(n)).isoformat() for n in range(3)]
    assert said["daily"]["time"] == days
    assert said["utc_offset_seconds"] == 0
    assert set(columns) == set(Variable)
    for name, column in columns.items():
        expected = [np.nan if v is None else float(v) for v in said["daily"][name]]
        np.testing.assert_array_equal(column, expected)
        assert column.shape == (3,)
        assert not np.isinf(column).any()


def test_guidance_is_read_by_the_same_rules() -> None:
    question = Question(GUIDANCE, (MARRAKECH,), FIRST, LAST)
    assert "not of the agreed shape" in problem_of(answer(FIRST, LAST), question)
    assert read(hourly_answer(FIRST, LAST), question)["precipitation_previous_day7"].size == 72
    wrong = hourly_answer(FIRST, LAST)
    wrong["hourly_units"]["precipitation_previous_day3"] = "inch"
    assert "precipitation_previous_day3 in 'inch'" in problem_of(wrong, question)

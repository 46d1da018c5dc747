"""Rows become UTC days of checked values in standard units."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import FileRefused
from collector.importing.days import days_of as read_days
from collector.importing.table import Cell, Header, Row, Table
from collector.ports import Days
from shared.forecasting.variables import Variable

DAY = date(2020, 1, 1)


def days_of(table: Table) -> Days:
    return read_days(table).days


def daily(header: str, unit: str | None, *cells: Cell, time_name: str = "date") -> Table:
    rows = tuple(
        Row(f"line {n + 2}", (DAY + timedelta(n)).isoformat(), (cell,))
        for n, cell in enumerate(cells)
    )
    return Table(time_name, (Header(header, unit),), rows)


def hourly(header: str, cells: list[Cell], *, begin: str, offset: int = 0) -> Table:
    start = datetime.fromisoformat(begin)
    rows = tuple(
        Row(f"line {n + 2}", (start + timedelta(hours=n)).isoformat(timespec="minutes"), (cell,))
        for n, cell in enumerate(cells)
    )
    return Table("time", (Header(header, None),), rows, offset)


@pytest.mark.parametrize(
    ("header", "unit", "cell", "variable", "expected"),
    [
        # Exact by definition: 0 degC = 32 degF, 1 inch = 25.4 mm, 1 mile = 1.609344 km,
        # 1 knot = 1.852 km/h.
        ("temperature_2m_max", "°F", "32", Variable.TEMPERATURE_MAX, 0.0),
        ("temperature_2m_min", "°F", "-40", Variable.TEMPERATURE_MIN, -40.0),
        ("temperature_2m_mean", "°C", "12.5", Variable.TEMPERATURE_MEAN, 12.5),
        ("precipitation_sum", "inch", "2", Variable.PRECIPITATION, 50.8),
        ("precipitation_sum", None, "2", Variable.PRECIPITATION, 2.0),
        ("wind_speed_10m_max", "mp/h", "10", Variable.WIND_SPEED_MAX, 16.09),
        ("wind_speed_10m_max", "m/s", "10", Variable.WIND_SPEED_MAX, 36.0),
        ("windspeed_10m_max", "kn", "10", Variable.WIND_SPEED_MAX, 18.52),
        ("windspeed_10m_max", "km/h", 10, Variable.WIND_SPEED_MAX, 10.0),
        ("relative_humidity_2m_mean", "%", "55", Variable.HUMIDITY_MEAN, 55.0),
        ("relativehumidity_2m_mean", "%", "55", Variable.HUMIDITY_MEAN, 55.0),
        ("surface_pressure_mean", "hPa", "965.2", Variable.SURFACE_PRESSURE_MEAN, 965.2),
    ],
)
def test_days_are_in_standard_units_whatever_the_file_says(
    header: str, unit: str | None, cell: Cell, variable: Variable, expected: float
) -> None:
    assert days_of(daily(header, unit, cell)) == {DAY: {variable: expected}}


@pytest.mark.parametrize("missing", ["", " ", "NaN", "nan", "null", None])
def test_missing_values_are_unknown(missing: Cell) -> None:
    days = days_of(daily("temperature_2m_max", "°C", "1.0", missing))
    assert days[DAY + timedelta(1)] == {Variable.TEMPERATURE_MAX: None}


@pytest.mark.parametrize(
    ("header", "unit", "cell", "said"),
    [
        ("temperature_2m_max", "K", "290", "column temperature_2m_max is in 'K'; accepted are °C"),
        ("temperature_2m_max", "°C", "warm", "line 2: temperature_2m_max is 'warm'"),
        ("temperature_2m_max", "°C", "99", "line 2: temperature_2m_max is 99, which cannot be"),
        ("temperature_2m_max", "°C", "inf", "'inf', which is no number"),
        ("temperature_2m_max", "°F", "150", "which cannot be weather"),
        ("precipitation_sum", "mm", "-1", "accepted is 0 to 1900 mm, or nothing"),
        ("temperature_2m_max", "°C", "1,5", "is '1,5', which is no number"),
    ],
)
def test_values_that_cannot_be_are_refused_with_their_line(
    header: str, unit: str, cell: str, said: str
) -> None:
    with pytest.raises(FileRefused, match=said):
        days_of(daily(header, unit, cell))


def table_of(*times: str, offset: int = 0) -> Table:
    rows = tuple(Row(f"line {n + 2}", time, ("1.0",)) for n, time in enumerate(times))
    return Table("date", (Header("temperature_2m_max", None),), rows, offset)


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (
            ("2020-01-01", "2020-01-01"),
            "line 3: 2020-01-01 is there a second time, first at line 2",
        ),
        (("01/02/2020",), "line 2: '01/02/2020' is not accepted as time"),
        (("2020-02-30",), "line 2: '2020-02-30' is not accepted"),
        (("1577836800",), "accepted is a date such as 2020-01-31"),
        (("2020-01-01", "2020-01-02T00:00"), "line 3: '2020-01-02T00:00' is not accepted"),
    ],
)
def test_dates_that_cannot_be_are_refused_with_their_line(
    times: tuple[str, ...], said: str
) -> None:
    with pytest.raises(FileRefused, match=said):
        days_of(table_of(*times))


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (("2020-01-01T00:00Z",), "a time without a zone"),
        (("2020-01-01T00:00", "2020-01-01T00:00"), "line 3: 2020-01-01T00:00 is there a second"),
        (("midnight",), "line 2: 'midnight' is not accepted as time"),
    ],
)
def test_hours_that_cannot_be_are_refused_with_their_line(
    times: tuple[str, ...], said: str
) -> None:
    hours = replace(table_of(*times), headers=(Header("temperature_2m", None),))
    with pytest.raises(FileRefused, match=said):
        days_of(hours)


def test_days_that_are_not_utc_days_are_refused() -> None:
    with pytest.raises(FileRefused, match=r"\+1 h from UTC.*timezone=GMT, or hourly"):
        days_of(table_of("2020-01-01", offset=3600))


def test_column_of_impossible_values_is_not_what_it_is_taken_for() -> None:
    kelvin = daily("temperature_2m_max", None, *(str(290 + n) for n in range(30)))
    with pytest.raises(FileRefused) as raised:
        days_of(kelvin)
    assert str(raised.value) == (
        "line 2: temperature_2m_max is 290, which cannot be weather, and so are 30 of the 30 "
        "values of that column. It is taken to be in °C; accepted is -90 to 60 °C, or nothing."
    )


def test_impossible_value_among_many_is_left_to_the_checks() -> None:
    cells = ["20.0"] * 29 + ["99.9"]
    days = days_of(daily("temperature_2m_max", None, *cells))
    assert days[DAY + timedelta(29)] == {Variable.TEMPERATURE_MAX: 99.9}


def test_impossible_hour_spoils_its_day_and_is_told() -> None:
    cells: list[Cell] = [*([10.0] * 47), -999.0]
    read = read_days(hourly("temperature_2m", cells, begin="2020-01-01T00:00"))
    assert [values[Variable.TEMPERATURE_MEAN] for values in read.days.values()] == [10.0, None]
    (remark,) = read.remarks.found()
    assert remark == ("temperature_2m not used: no weather is like this", 1, "line 49")
    assert read.n_values == {"temperature_2m": 48}


def test_gaps_between_days_are_welcome() -> None:
    assert list(days_of(table_of("2020-03-01", "2020-01-01"))) == [DAY, date(2020, 3, 1)]


def test_hours_become_what_open_meteo_makes_of_them() -> None:
    temperatures: list[Cell] = [float(hour) for hour in range(24)]
    (day,) = days_of(hourly("temperature_2m", temperatures, begin="2020-01-01T00:00")).values()
    assert day == {
        Variable.TEMPERATURE_MAX: 23.0,
        Variable.TEMPERATURE_MIN: 0.0,
        Variable.TEMPERATURE_MEAN: 11.5,
    }
    rain: list[Cell] = ["0.1"] * 24
    (day,) = days_of(hourly("precipitation", rain, begin="2020-01-01T00:00")).values()
    assert day == {Variable.PRECIPITATION: 2.4}


def test_a_day_that_misses_an_hour_is_unknown() -> None:
    cells: list[Cell] = [1.0] * 23 + ["NaN"]
    (day,) = days_of(hourly("wind_speed_10m", cells, begin="2020-01-01T00:00")).values()
    assert day == {Variable.WIND_SPEED_MAX: None}


@given(st.integers(-12, 14).map(lambda hours: hours * 3600) | st.just(19800) | st.just(20700))
def test_hours_of_any_offset_become_utc_days(offset: int) -> None:
    """Three local days, 0..71: each whole UTC day holds the 24 hours that fall into it."""
    cells: list[Cell] = [hour / 10 for hour in range(72)]
    days = days_of(hourly("wind_speed_10m", cells, begin="2020-01-01T00:00", offset=offset))
    start = datetime.fromisoformat("2020-01-01") - timedelta(seconds=offset)
    whole = {day: v[Variable.WIND_SPEED_MAX] for day, v in days.items() if any(v.values())}
    for day, highest in whole.items():
        hours = [
            value
            for n, value in enumerate(cells)
            if (start + timedelta(hours=n)).date() == day and isinstance(value, float)
        ]
        assert len(hours) == 24
        assert highest == pytest.approx(max(hours))
    assert len(whole) == (3 if offset == 0 else 2)


def test_extremes_of_a_downloaded_day_without_a_mean_are_unknown() -> None:
    headers = (Header("temperature_2m_max", None), Header("temperature_2m_mean", None))
    rows: Any = (Row("line 2", "2020-01-01", ("9.0", "")),)
    assert days_of(Table("time", headers, rows))[DAY][Variable.TEMPERATURE_MAX] is None
    # A tidy table's columns may come from different sources; there they are kept.
    assert days_of(Table("date", headers, rows))[DAY][Variable.TEMPERATURE_MAX] == 9.0


def test_two_columns_of_one_variable_are_refused() -> None:
    headers = (Header("windspeed_10m_max", None), Header("wind_speed_10m_max", None))
    with pytest.raises(FileRefused, match="both give wind_speed_10m_max"):
        days_of(Table("time", headers, ()))

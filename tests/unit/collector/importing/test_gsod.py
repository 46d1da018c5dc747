"""NOAA's Global Summary of the Day, written here after its readme: synthetic samples."""

from datetime import date

import pytest

from collector.errors import FileRefused
from collector.importing.days import days_of
from collector.importing.formats.gsod import read_gsod
from collector.importing.table import Table, untracked
from collector.ports import DayValues
from shared.forecasting.variables import Variable

HEADER = (
    '"STATION","DATE","LATITUDE","LONGITUDE","ELEVATION","NAME","TEMP","TEMP_ATTRIBUTES","DEWP",'
    '"SLP","STP","STP_ATTRIBUTES","WDSP","MXSPD","GUST","MAX","MAX_ATTRIBUTES","MIN",'
    '"MIN_ATTRIBUTES","PRCP","PRCP_ATTRIBUTES","SNDP","FRSHTT"\n'
)


def line(day: str = "2020-01-01", station: str = "00000099999", **values: str) -> str:
    """Return a line of a station that does not exist; fields are padded and quoted as in theirs."""
    said = {
        "TEMP": "  50.0", "STP": "998.1", "MXSPD": " 10.0", "GUST": "999.9", "MAX": "  59.0",
        "MIN": "  41.0", "PRCP": " 0.10", "RAIN": "G",
    } | values  # fmt: skip
    fields = (
        station, day, "0.0", "0.0", "5.0", "NOWHERE, XX", said["TEMP"], "24", "  40.0",
        "1015.0", said["STP"], "24", "  4.0", said["MXSPD"], said["GUST"], said["MAX"], "*",
        said["MIN"], " ", said["PRCP"], said["RAIN"], "999.9", "010000",
    )  # fmt: skip
    return ",".join(f'"{field}"' for field in fields) + "\n"


def table(*lines: str) -> Table:
    (found,) = read_gsod(HEADER + "".join(lines), untracked)
    return found


def only_day(*lines: str) -> DayValues:
    (values,) = days_of(table(*lines)).days.values()
    return values


def test_american_units_become_standard_ones() -> None:
    # 59 degF are 15 degC, an inch is 25.4 mm, a knot 1.852 km/h, all by definition.
    assert only_day(line()) == {
        Variable.TEMPERATURE_MAX: 15.0,
        Variable.TEMPERATURE_MIN: 5.0,
        Variable.TEMPERATURE_MEAN: 10.0,
        Variable.PRECIPITATION: 2.54,
        Variable.WIND_SPEED_MAX: 18.52,
        Variable.WIND_GUSTS_MAX: None,
        Variable.SURFACE_PRESSURE_MEAN: 998.1,
    }


@pytest.mark.parametrize(
    ("name", "missing", "variable"),
    [
        ("TEMP", "9999.9", Variable.TEMPERATURE_MEAN),
        ("MAX", "9999.9", Variable.TEMPERATURE_MAX),
        ("MIN", "9999.9", Variable.TEMPERATURE_MIN),
        ("PRCP", "99.99", Variable.PRECIPITATION),
        ("MXSPD", "999.9", Variable.WIND_SPEED_MAX),
        ("STP", "9999.9", Variable.SURFACE_PRESSURE_MEAN),
        ("STP", "999.9", Variable.SURFACE_PRESSURE_MEAN),
        ("MAX", "      ", Variable.TEMPERATURE_MAX),
    ],
)
def test_missing_values_are_unknown(name: str, missing: str, variable: Variable) -> None:
    assert only_day(line(**{name: missing}))[variable] is None


def test_pressure_gets_the_thousand_back_that_its_field_has_no_room_for() -> None:
    found = table(line(STP="005.7"))
    (values,) = days_of(found).days.values()
    assert values[Variable.SURFACE_PRESSURE_MEAN] == 1005.7
    assert found.remarks[0].text.startswith("STP: the thousand")


def test_rain_in_doubt_is_unknown_and_unreported_rain_is_none() -> None:
    found = table(
        line("2020-01-01", PRCP=" 0.00", RAIN="H"),
        line("2020-01-02", PRCP=" 0.00", RAIN="I"),
        line("2020-01-03", PRCP=" 0.00", RAIN="I"),
    )
    rain = [values[Variable.PRECIPITATION] for values in days_of(found).days.values()]
    assert rain == [None, 0.0, 0.0]
    assert [(remark.n_values, remark.first) for remark in found.remarks] == [
        (2, "line 3"),
        (1, "line 2"),
    ]
    assert "attribute I" in found.remarks[0].text
    assert "attribute H" in found.remarks[1].text


def test_years_joined_into_one_file_are_one_table() -> None:
    days = days_of(table(line("2019-12-31"), HEADER, line("2020-01-01"))).days
    assert list(days) == [date(2019, 12, 31), date(2020, 1, 1)]


def test_columns_of_another_meaning_are_ignored_with_the_reason() -> None:
    ignored = dict(table(line()).ignored)
    assert ignored["WDSP"] == "the day's mean wind, not its maximum"
    assert ignored["DEWP"] == "a dew point, not a humidity"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([line(MAX="hot")], "line 2: MAX is 'hot', which is no number"),
        ([line(), line("2020-01-02", station="11111199999")], r"2 stations \(00000099999, 1111"),
        ([line(), line()], "line 3: 2020-01-01 is there a second time, first at line 2"),
        (['"00000099999","2020-01-01"\n'], "line 2 has 2 fields, its header 23"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(lines: list[str], said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        days_of(table(*lines))

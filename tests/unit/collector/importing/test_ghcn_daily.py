"""NOAA's GHCN-Daily in its three shapes, written here after its readme: synthetic samples."""

from datetime import date

import pytest

from collector.errors import FileRefused
from collector.importing.days import days_of
from collector.importing.formats import format_of
from collector.importing.table import Table, untracked
from shared.forecasting.variables import Variable

STATION = "TEST0000001"  # no station's id
TABLE_HEADER = '"STATION","DATE","NAME","TMAX","TMAX_ATTRIBUTES","PRCP","PRCP_ATTRIBUTES"\n'


def dly(element: str, *days: tuple[int, str], month: str = "202001", station: str = STATION) -> str:
    """Return a line of a month: values with their three flags, -9999 on all later days."""
    fields = [f"{value:5}{flags:3}" for value, flags in days]
    fields += ["-9999   "] * (31 - len(fields))
    return f"{station}{month}{element}{''.join(fields)}\n"


def table(text: str) -> Table:
    (found,) = format_of(text).read(text, untracked)
    return found


def values_of(found: Table, variable: Variable) -> list[float | None]:
    return [values.get(variable) for values in days_of(found).days.values()]


ALL_ELEMENTS = "".join(
    dly(element, (value, "  S"))
    for element, value in {
        "TMAX": 153, "TMIN": -21, "TAVG": 66, "PRCP": 254, "WSF2": 100, "WSFG": 150,
        "AWDR": 270, "RHAV": 71, "ASTP": 9652, "AWND": 40, "SNOW": 12,
    }.items()
)  # fmt: skip


def test_tenths_become_standard_units() -> None:
    (values,) = days_of(table(ALL_ELEMENTS)).days.values()
    assert values == {
        Variable.TEMPERATURE_MAX: 15.3,
        Variable.TEMPERATURE_MIN: -2.1,
        Variable.TEMPERATURE_MEAN: 6.6,
        Variable.PRECIPITATION: 25.4,
        Variable.WIND_SPEED_MAX: 36.0,  # 10 m/s
        Variable.WIND_GUSTS_MAX: 54.0,
        Variable.WIND_DIRECTION: 270.0,
        Variable.HUMIDITY_MEAN: 71.0,
        Variable.SURFACE_PRESSURE_MEAN: 965.2,
    }
    assert dict(table(ALL_ELEMENTS).ignored) == {
        "AWND": "the day's mean wind, not its maximum",
        "SNOW": "not forecast here",
    }


def test_three_shapes_of_the_same_days_are_the_same_days() -> None:
    of_dly = dly("TMAX", (105, "  S"), (-9999, ""), (98, "  S")) + dly("PRCP", (0, "T S"))
    by_station = (
        f"{STATION},20200101,TMAX,105,,,S,0700\n{STATION},20200103,TMAX,98,,,S,\n"
        f"{STATION},20200101,PRCP,0,T,,S,\n"
    )
    of_table = TABLE_HEADER + (
        f'"{STATION}","2020-01-01","X, Y","  105",",,S","    0","T,,S,0700"\n'
        f'"{STATION}","2020-01-03","X, Y","   98",",,S","",""\n'
    )
    header = "ID,DATE,ELEMENT,DATA_VALUE,M_FLAG,Q_FLAG,S_FLAG,OBS_TIME\n"
    expected = {
        date(2020, 1, 1): {Variable.TEMPERATURE_MAX: 10.5, Variable.PRECIPITATION: 0.0},
        date(2020, 1, 3): {Variable.TEMPERATURE_MAX: 9.8, Variable.PRECIPITATION: None},
    }
    for text in (of_dly, by_station, header + by_station, of_table):
        assert days_of(table(text)).days == expected


def test_lines_whose_last_blanks_are_gone_are_read() -> None:
    trimmed = f"{STATION}202001TMAX  105"
    assert values_of(table(trimmed), Variable.TEMPERATURE_MAX) == [10.5]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (dly("TMAX", (105, "  S"), (999, " XS")), "line 1, 2020-01-02"),
        (f"{STATION},20200102,TMAX,999,,X,S,\n{STATION},20200101,TMAX,105,,,S,\n",
         "line 1, 2020-01-02"),
        (TABLE_HEADER + f'"{STATION}","2020-01-02","X","999",",X,S","",""\n'
         f'"{STATION}","2020-01-01","X","105",",,S","",""\n', "line 2, 2020-01-02"),
    ],
)  # fmt: skip
def test_value_that_failed_noaas_checks_is_not_used_and_told(text: str, where: str) -> None:
    found = table(text)
    assert values_of(found, Variable.TEMPERATURE_MAX) == [10.5]
    (remark,) = found.remarks
    assert remark.text == "TMAX not used: failed NOAA's check of bounds (flag X)"
    assert (remark.n_values, remark.first) == (1, where)


def test_rain_presumed_zero_is_no_observation() -> None:
    found = table(dly("PRCP", (0, "P S"), (0, "T S"), (3, "  S")))
    assert values_of(found, Variable.PRECIPITATION) == [0.0, 0.3]
    assert found.remarks[0].text == "PRCP not used: missing, and only presumed zero (flag P)"


def test_better_element_is_taken_for_all_days() -> None:
    found = table(dly("WSF1", (90, "  S"), (95, "  S")) + dly("WSF2", (80, "  S")))
    assert values_of(found, Variable.WIND_SPEED_MAX) == [28.8, None]
    assert found.ignored == (("WSF1", "without a usable value, or second to another element"),)


def test_later_element_is_taken_where_the_better_one_has_nothing() -> None:
    found = table(dly("WSF1", (90, "  S")) + dly("WSF2", (80, " XS")))
    assert values_of(found, Variable.WIND_SPEED_MAX) == [32.4]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (dly("TMAX", (105, "")) + "TMAX 105\n", "line 2: 'TMAX 105' does not begin like a .dly"),
        (dly("TMAX", (1, "")).replace("    1", "  1.5"), "line 1: TMAX is '1.5', which is no wh"),
        (
            dly("TMAX", *[(1, "")] * 30, month="202002"),
            "line 1: TMAX has a value on '20200230', which is no day",
        ),
        (
            dly("TMAX", (1, "")) * 2,
            "line 2: TMAX of 2020-01-01 is there a second time, first at line 1",
        ),
        (
            dly("TMAX", (1, "")) + dly("TMIN", (1, ""), station="TEST0000002"),
            r"2 stations \(TEST0000001, TEST0000002\): import each by itself",
        ),
        (f"{STATION},20200101,TMAX,105,,,S,\n{STATION},20200101\n", "line 2 has 2 fields, its h"),
        (f"{STATION},2020011,TMAX,105,,,S,\n", "no known first column"),
        (f"{STATION},20200101,TMAX,105,,,S,\n{STATION},2020011,TMAX,105,,,S,\n", "'2020011', wh"),
        (
            TABLE_HEADER + f'"{STATION}","2020-01-01","X","10.5",",,S","",""\n',
            "TMAX is '10.5', but this format has whole numbers of tenths. A file that was ordered",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        table(text)

"""Meteostat's daily files, written here after their documentation: synthetic samples."""

import pytest

from collector.errors import FileRefused
from collector.importing.days import days_of
from collector.importing.formats.meteostat import read_meteostat
from collector.importing.table import Table, untracked
from shared.forecasting.variables import Variable

WITHOUT_HEADER = """\
2020-01-01,10.1,5.2,15.3,0.4,,270,12.1,38.9,1015.2,
2020-01-02,,4.0,,,,,,,,
"""
OF_A_YEAR = """\
year,month,day,temp,temp_source,tmin,tmin_source,tmax,tmax_source,rhum,rhum_source,pres
2020,1,1,10.1,dwd_daily,5.2,dwd_daily,15.3,dwd_daily,71,isd_lite,1015.2
2020,12,31,9.9,metno_forecast,5.0,dwd_daily,14.0,dwd_mosmix,,,1015.0
"""


def table(text: str) -> Table:
    (found,) = read_meteostat(text, untracked)
    return found


def test_file_without_a_header_has_eleven_columns_in_order() -> None:
    first, second = days_of(table(WITHOUT_HEADER)).days.values()
    assert first == {
        Variable.TEMPERATURE_MEAN: 10.1,
        Variable.TEMPERATURE_MIN: 5.2,
        Variable.TEMPERATURE_MAX: 15.3,
        Variable.PRECIPITATION: 0.4,
        Variable.WIND_DIRECTION: 270.0,
        Variable.WIND_GUSTS_MAX: 38.9,
    }
    assert {variable for variable, value in second.items() if value is not None} == {
        Variable.TEMPERATURE_MIN
    }


def test_columns_of_another_meaning_are_ignored_with_the_reason() -> None:
    ignored = dict(table(WITHOUT_HEADER).ignored)
    assert ignored["wspd"] == "the day's mean wind, not its maximum"
    assert ignored["pres"] == "pressure reduced to sea level, not that of the place"
    assert {"snow", "tsun"} < ignored.keys()


def test_file_of_a_year_has_its_date_in_three_columns() -> None:
    days = days_of(table(OF_A_YEAR)).days
    assert [day.isoformat() for day in days] == ["2020-01-01", "2020-12-31"]
    assert next(iter(days.values()))[Variable.HUMIDITY_MEAN] == 71.0


def test_values_filled_in_by_a_model_are_no_observations() -> None:
    found = table(OF_A_YEAR)
    last = list(days_of(found).days.values())[-1]
    assert (last[Variable.TEMPERATURE_MEAN], last[Variable.TEMPERATURE_MAX]) == (None, None)
    assert last[Variable.TEMPERATURE_MIN] == 5.0
    assert [(remark.text, remark.n_values, remark.first) for remark in found.remarks] == [
        ("temp not used: filled in by a model (metno_forecast), not observed", 1, "line 3"),
        ("tmax not used: filled in by a model (dwd_mosmix), not observed", 1, "line 3"),
    ]


def test_table_of_the_python_library_has_times() -> None:
    days = days_of(table("time,tavg,tmin,tmax\n2020-01-01 00:00:00,10,5,15\n")).days
    assert [day.isoformat() for day in days] == ["2020-01-01"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,tmin,tmax\n2020-01-01,5\n", "line 2 has 2 fields, its header 3"),
        ("date,tmin,tmax\n2020-01-01,5,warm\n", "line 2: tmax is 'warm', which is no number"),
        ("year,month,day,tmin,tmax\n2020,13,1,5,9\n", "line 2: '2020-13-01' is not accepted"),
        ("date,tmin,tmax\n2020-01-01,5,9\n2020-01-01,5,9\n", "line 3: 2020-01-01 is there a sec"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        days_of(table(text))

"""Tables are found in CSV and JSON; what is wrong is named with its place."""

import pytest

from collector.errors import FileRefused
from collector.importing.formats import format_of
from collector.importing.table import Header, Table, untracked


def tables(text: str) -> list[Table]:
    """Return the tables of a file, however it is to be read."""
    return format_of(text).read(text, untracked)


PLACE = "latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation\n"
BERLIN = PLACE + "52.5,13.4,38.0,0,GMT,GMT\n"


def test_csv_download_has_its_table_after_the_lines_about_the_place() -> None:
    text = BERLIN + "\ntime,temperature_2m_max (°F),sunrise (iso8601)\n2020-01-01,53.1,x\n"
    (table,) = tables(text)
    assert table.time_name == "time"
    assert table.headers == (Header("temperature_2m_max", "°F"), Header("sunrise", "iso8601"))
    (row,) = table.rows
    assert (row.where, row.time, row.cells) == ("line 5", "2020-01-01", ("53.1", "x"))


def test_csv_download_gives_its_offset_to_its_tables() -> None:
    text = BERLIN.replace(",0,GMT", ",32400,Asia/Tokyo") + "\ntime,temperature_2m (°C)\n"
    (table,) = tables(text)
    assert table.utc_offset_seconds == 32400


def test_csv_download_may_hold_hours_and_days() -> None:
    text = BERLIN + "\ntime,temperature_2m (°C)\n\ntime,precipitation_sum (mm)\n"
    assert [table.headers[0].name for table in tables(text)] == [
        "temperature_2m",
        "precipitation_sum",
    ]


def test_csv_without_units_or_place_is_a_table_too() -> None:
    (table,) = tables("date,temperature_2m_max\r\n2020-01-01,12.5\r\n")
    assert table.time_name == "date"
    assert table.headers == (Header("temperature_2m_max", None),)
    assert table.utc_offset_seconds == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no table"),
        (BERLIN, "holds no table"),
        ("day,temperature_2m_max\n", "line 1: 'day' is no known first column"),
        ("# a comment\n", "line 1: '# a comment' is no known first column"),
        ("date,temperature_2m_max\n2020-01-01,1,2\n", "line 2 has 3 fields, its header 2"),
        ("date,temperature_2m_max\n2020-01-01,1\n2020-01-02\n", "line 3 has 1 fields"),
        (BERLIN + "48.1,11.5,500,0,GMT,GMT\n", "2 places"),
        (BERLIN.replace(",0,GMT", ",soon,GMT"), "utc_offset_seconds 'soon'"),
    ],
)
def test_csv_that_is_none_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        tables(text)


def test_json_answer_has_days_and_hours() -> None:
    text = """{"utc_offset_seconds": 3600,
      "hourly_units": {"time": "iso8601", "temperature_2m": "°C"},
      "hourly": {"time": ["2020-01-01T00:00"], "temperature_2m": [1.5]},
      "daily_units": {"time": "iso8601", "precipitation_sum": "inch"},
      "daily": {"time": ["2020-01-01"], "precipitation_sum": [null]}}"""
    hours, days = tables(text)
    assert hours.headers == (Header("temperature_2m", "°C"),)
    assert hours.rows[0] == ("hourly[0]", "2020-01-01T00:00", (1.5,))
    assert days.headers == (Header("precipitation_sum", "inch"),)
    assert days.rows[0].cells == (None,)
    assert days.utc_offset_seconds == 3600


def test_json_answer_may_be_a_list_of_one_place() -> None:
    (table,) = tables('[{"daily": {"time": ["2020-01-01"], "sunrise": ["x"]}}]')
    assert table.headers == (Header("sunrise", None),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "neither 'daily' nor 'hourly'"),
        ('{"error": true, "reason": "why"}', "neither 'daily' nor 'hourly'"),
        ("[{}, {}]", "2 places"),
        ("[]", "0 places"),
        ('{"daily": ', "Invalid JSON"),
        ('{"daily": []}', "daily: "),
        (
            '{"daily": {"time": ["2020-01-01"], "precipitation_sum": [1, 2]}}',
            "daily.precipitation_sum has 2 values for 1 times",
        ),
        ('{"daily": {"precipitation_sum": [1]}}', "1 values for 0 times"),
    ],
)
def test_json_that_is_no_answer_is_refused(text: str, said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        tables(text)

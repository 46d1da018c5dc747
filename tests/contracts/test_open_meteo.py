"""Recorded answers of Open-Meteo: what the client and the import of files must be able to take.

None of the recorded answers is a daily archive answer of all our variables (none was found), so
each is checked for what it can show.
"""

import gzip
import json
from datetime import date
from typing import Any

import pytest

from collector.errors import FileRefused
from collector.importing.columns import HOURLY, is_hourly
from collector.importing.days import days_of
from collector.importing.formats.open_meteo_csv import read_csv_tables
from collector.importing.formats.open_meteo_json import read_json_tables
from collector.importing.table import untracked
from collector.importing.text import read_text
from collector.units import CONVERSIONS
from shared.forecasting.variables import VARIABLES, Variable
from tests.support.data import SHARED_DATA
from tests.support.open_meteo import answer

RECORDED = SHARED_DATA / "open-meteo-api"
DAY = date(2026, 11, 22)

pytestmark = pytest.mark.skipif(
    not RECORDED.exists(), reason="no recorded answers (../shared/data/open-meteo-api) here"
)


def recorded(name: str) -> Any:  # noqa: ANN401 - foreign JSON
    return json.loads((RECORDED / name).read_text(encoding="utf-8"))


def recorded_answers() -> list[dict[str, Any]]:
    """Return every recorded answer of the archive and the forecast, place by place."""
    files = sorted(RECORDED.glob("archive_*.json")) + sorted(RECORDED.glob("forecast_*.json"))
    found = []
    for file in files:
        content = recorded(file.name)
        found += content if isinstance(content, list) else [content]
    assert len(found) >= 10
    return found


def test_answers_have_the_keys_and_parallel_arrays_the_client_relies_on() -> None:
    for content in recorded_answers():
        assert isinstance(content["utc_offset_seconds"], int)
        for section in {"daily", "hourly"} & set(content):
            series, units = content[section], content[f"{section}_units"]
            assert next(iter(series)) == "time"
            assert set(units) <= set(series)  # who recorded them left some units out
            assert {len(values) for values in series.values()} == {len(series["time"])}


def test_units_are_spelled_as_our_table_of_conversions_spells_them() -> None:
    for content in recorded_answers():
        for section in {"daily", "hourly"} & set(content):
            for name, unit in content[f"{section}_units"].items():
                variables = HOURLY.get(name) or ({Variable(name)} if name in set(Variable) else {})
                for variable in variables:
                    assert unit in CONVERSIONS[VARIABLES[variable].unit], (name, unit)


def test_simulated_answer_has_the_keys_of_a_recorded_one() -> None:
    real = recorded("forecast_daily_14-days.json")
    assert {"latitude", "longitude", "generationtime_ms", "utc_offset_seconds", "timezone"} <= set(
        real
    )
    assert set(answer(DAY, DAY)) == set(real)


def tables(name: str) -> Any:  # noqa: ANN401 - test helper
    text = read_text(RECORDED / name)
    read = read_json_tables if name.endswith(".json") else read_csv_tables
    return read(text, untracked)


def test_import_reads_an_imperial_daily_download() -> None:
    (table,) = tables("archive_daily_csv_imperial_excerpt.csv")
    days = days_of(table).days
    first = days[date(2014, 10, 28)]
    # The first row: 53.1 degF, 39.3 degF, 45.4 degF, 0 inch, 8.2 mp/h.
    assert first[Variable.TEMPERATURE_MAX] == pytest.approx(11.72, abs=0.005)
    assert first[Variable.TEMPERATURE_MIN] == pytest.approx(4.06, abs=0.005)
    assert first[Variable.TEMPERATURE_MEAN] == pytest.approx(7.44, abs=0.005)
    assert first[Variable.WIND_SPEED_MAX] == pytest.approx(13.20, abs=0.005)
    # The last day had missing hours: its extremes are not those of the day.
    assert set(days[max(days)].values()) == {None}


def test_import_makes_utc_days_of_a_download_in_japan_time() -> None:
    (table,) = tables("archive_hourly_csv_excerpt.csv")
    assert table.utc_offset_seconds == 9 * 3600
    days = days_of(table).days
    # 48 hours from 2020-01-01 00:00 in Japan hold one whole UTC day.
    whole = [
        day
        for day, values in days.items()
        if day.year <= 2020 and values[Variable.TEMPERATURE_MAX] is not None
    ]
    assert whole == [date(2020, 1, 1)]


def test_import_passes_over_the_missing_hours_of_a_download() -> None:
    (table,) = tables("forecast_past92_days16_hourly.csv")
    days = days_of(table).days
    assert days[date(2025, 9, 16)][Variable.TEMPERATURE_MAX] is None  # 368 empty hours at the start
    assert sum(values[Variable.TEMPERATURE_MAX] is not None for values in days.values()) > 50


@pytest.mark.parametrize(
    ("name", "n_hours"),
    [("archive_hourly_adelaide.json", 72), ("archive_hourly_savannah.json", 48)],
)
def test_import_reads_json_downloads_with_their_offset(name: str, n_hours: int) -> None:
    (table,) = tables(name)
    assert is_hourly(table.headers)
    assert len(table.rows) == n_hours
    whole = [d for d, v in days_of(table).days.items() if v[Variable.TEMPERATURE_MAX] is not None]
    # The offset moves the limits of the days: one day fewer is whole.
    assert len(whole) == n_hours // 24 - 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("archive_hourly_two-locations_knots.json", "2 places"),
        ("geocoding.json", "neither 'daily' nor 'hourly'"),
        ("forecast_daily_14-days.json", "only UTC days are accepted"),
    ],
)
def test_import_says_why_it_refuses_other_downloads(name: str, said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        for table in tables(name):
            days_of(table)


HOURLY_FILE = SHARED_DATA / "marrakech" / "open-meteo-hourly_2025-09-11_2025-12-09.csv.gz"


def test_days_made_of_hours_are_open_meteos_own_days() -> None:
    """Two downloads of Marrakech by two people, one hourly, one daily, overlap by 28 days."""
    (hours,) = read_csv_tables(gzip.decompress(HOURLY_FILE.read_bytes()).decode(), untracked)
    daily_file = SHARED_DATA / "marrakech" / "open-meteo-archive_daily.csv.gz"
    (daily,) = read_csv_tables(gzip.decompress(daily_file.read_bytes()).decode(), untracked)
    ours, theirs = days_of(hours).days, days_of(daily).days
    common = sorted(set(ours) & set(theirs))
    assert len(common) == 28
    for variable in (Variable.TEMPERATURE_MAX, Variable.TEMPERATURE_MIN):
        assert [ours[d][variable] for d in common] == [theirs[d][variable] for d in common]

"""Importing files on a real database: all of a file with its event, or nothing."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from collector.errors import FileRefused
from collector.importing import ImportReport, import_file
from shared.adapters.database import SessionFactory, make_engine
from shared.adapters.observations import load_history
from shared.adapters.sites import claim_provenance, get_site
from shared.adapters.tables import events, observations
from shared.contracts.provenance import Provenance
from shared.errors import ProvenanceConflict, SiteUnknown
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.support.data import SHARED_DATA
from tests.support.database import SITE_ID

HEADER = "date,temperature_2m_max,precipitation_sum\n"
REAL_FILES = [
    # Rows, days with values, first and last day: ../shared/data/README.md, and counted.
    ("marrakech/daily.csv", 2303, 2303, date(2018, 1, 1), date(2025, 12, 31)),
    ("marrakech/open-meteo-archive_daily.csv.gz", 2241, 2241, date(2018, 1, 1), date(2025, 12, 31)),
    (
        "marrakech/open-meteo-hourly_2025-09-11_2025-12-09.csv.gz",
        2160,
        90,
        date(2025, 9, 11),
        date(2025, 12, 9),
    ),
    (
        "berlin/open-meteo-archive_daily_imperial.csv.gz",
        3654,
        3653,
        date(2014, 10, 28),
        date(2024, 10, 27),
    ),
    (
        "berlin/open-meteo-archive_hourly_jst.csv.gz",
        44856,
        1867,
        date(2020, 1, 1),
        date(2025, 2, 9),
    ),
    (
        "open-meteo-api/archive_daily_csv_imperial_excerpt.csv",
        37,
        36,
        date(2014, 10, 28),
        date(2024, 10, 27),
    ),
    ("open-meteo-api/archive_hourly_savannah.json", 48, 1, None, None),
]


@pytest.fixture
def engine(database_url: str, sessions: SessionFactory) -> Any:  # noqa: ANN401 - a generator
    """Engine on the test's database, which has the default site."""
    del sessions
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def write(folder: Path, content: str, name: str = "daily.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def imported(path: Path, engine: Engine, **options: Any) -> ImportReport:  # noqa: ANN401
    return import_file(path, site_id=SITE_ID, engine=engine, report=lambda _: None, **options)


def history(sessions: SessionFactory) -> DailyHistory:
    with sessions.begin() as session:
        return load_history(session, SITE_ID)


def count(sessions: SessionFactory, table: Any) -> int:  # noqa: ANN401 - any table
    with sessions.begin() as session:
        return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def test_import_stores_all_days_with_their_event(
    tmp_path: Path, engine: Engine, sessions: SessionFactory
) -> None:
    path = write(tmp_path, HEADER + "2020-01-01,12.5,0.0\n2020-01-05,13.5,\n2020-01-07,,\n")
    told: list[str] = []
    report = import_file(path, site_id=SITE_ID, engine=engine, report=told.append)
    assert report == ImportReport(3, 2, date(2020, 1, 1), date(2020, 1, 5))
    with sessions.begin() as session:
        (fact,) = session.execute(select(events.c.data)).scalars()
        assert get_site(session, SITE_ID).provenance is Provenance.IMPORTED
    assert fact["days_changed"] == 2
    stored = history(sessions)
    assert stored.values[Variable.TEMPERATURE_MAX][[0, -1]].tolist() == [12.5, 13.5]
    assert told == [
        f"reading {path}",
        "storing 2 days from 2020-01-01 to 2020-01-05 as observations of marrakech",
    ]


def test_days_that_are_not_over_are_no_observations(
    tmp_path: Path, engine: Engine, sessions: SessionFactory
) -> None:
    # A download from the forecast host goes on for a week; the forerunner stored such days.
    path = write(tmp_path, HEADER + "2026-11-21,20.5,\n2026-11-22,21.5,\n2026-11-23,22.5,\n")
    told: list[str] = []
    report = import_file(
        path,
        site_id=SITE_ID,
        engine=engine,
        report=told.append,
        now=lambda: datetime(2026, 11, 22, 23, 59, tzinfo=UTC),
    )
    assert (report.days_changed, report.last_date) == (1, date(2026, 11, 21))
    assert history(sessions).last_date == date(2026, 11, 21)
    assert "leaving out 2 days that are not over: forecasts" in told


def test_file_of_forecasts_alone_is_refused(tmp_path: Path, engine: Engine) -> None:
    path = write(tmp_path, HEADER + "2026-11-23,22.5,\n")
    with pytest.raises(FileRefused, match="none of its days is over"):
        imported(path, engine, now=lambda: datetime(2026, 11, 23, tzinfo=UTC))


def test_import_again_changes_nothing(
    tmp_path: Path, engine: Engine, sessions: SessionFactory
) -> None:
    path = write(tmp_path, HEADER + "2020-01-01,12.5,0.0\n")
    imported(path, engine)
    assert imported(path, engine).days_changed == 0
    assert count(sessions, events) == 1
    assert count(sessions, observations) == 1


def test_import_of_a_longer_file_adds_to_what_is_there(
    tmp_path: Path, engine: Engine, sessions: SessionFactory
) -> None:
    imported(write(tmp_path, HEADER + "2020-01-01,12.5,0.0\n2020-01-02,13.0,\n"), engine)
    longer = HEADER + "2020-01-01,12.5,0.0\n2020-01-02,14.0,1.0\n2020-01-03,15.0,0.0\n"
    assert imported(write(tmp_path, longer), engine).days_changed == 2
    assert history(sessions).values[Variable.TEMPERATURE_MAX].tolist() == [12.5, 14.0, 15.0]


def test_import_reports_the_columns_it_ignores(tmp_path: Path, engine: Engine) -> None:
    told: list[str] = []
    path = write(tmp_path, "date,mood,temperature_2m_max,moon\n2020-01-01,fine,12.5,full\n")
    import_file(path, site_id=SITE_ID, engine=engine, report=told.append)
    assert "ignoring columns of no use here: mood, moon" in told


def test_import_takes_days_and_hours_of_one_download(
    tmp_path: Path, engine: Engine, sessions: SessionFactory
) -> None:
    hours = [f"2020-01-01T{hour:02}:00" for hour in range(24)]
    answer = {
        "hourly": {"time": hours, "temperature_2m": [10.0] * 24, "wind_speed_10m": [5.0] * 24},
        "hourly_units": {"temperature_2m": "°C", "wind_speed_10m": "m/s"},
        "daily": {"time": ["2020-01-01"], "temperature_2m_max": [50.0]},
        "daily_units": {"temperature_2m_max": "°F"},
    }
    imported(write(tmp_path, json.dumps(answer), "download.json"), engine)
    values = {v: float(series[0]) for v, series in history(sessions).values.items()}
    assert values[Variable.TEMPERATURE_MAX] == 10.0
    assert values[Variable.TEMPERATURE_MEAN] == 10.0
    assert values[Variable.WIND_SPEED_MAX] == 18.0


def test_import_into_several_provenances_is_refused(
    tmp_path: Path, engine: Engine, sessions: SessionFactory
) -> None:
    with sessions.begin() as session:
        claim_provenance(session, SITE_ID, Provenance.SIMULATED)
    with pytest.raises(ProvenanceConflict, match="are simulated; imported ones are refused"):
        imported(write(tmp_path, HEADER + "2020-01-01,12.5,0.0\n"), engine)
    assert count(sessions, observations) == 0


def test_import_into_no_site_is_refused(tmp_path: Path, engine: Engine) -> None:
    path = write(tmp_path, HEADER + "2020-01-01,12.5,0.0\n")
    with pytest.raises(SiteUnknown, match="no site 'atlantis'"):
        import_file(path, site_id="atlantis", engine=engine, report=lambda _: None)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("2020-01-01,12.5,0.0\n2020-01-02,1250,0.0\n", "line 3: temperature_2m_max is 1250"),
        ("2020-01-01,12.5,0.0\n2020-01-01,12.5,0.0\n", "line 3: 2020-01-01 is there a second time"),
        ("2020-01-01,,\n", "it holds no complete day"),
        ("", "it holds no complete day"),
    ],
)
def test_import_of_a_faulty_file_stores_nothing_of_it(
    tmp_path: Path, engine: Engine, sessions: SessionFactory, rows: str, said: str
) -> None:
    path = write(tmp_path, HEADER + rows)
    with pytest.raises(FileRefused, match=said) as raised:
        imported(path, engine)
    assert str(raised.value).startswith(str(path))
    assert str(raised.value).endswith("Nothing was stored.")
    assert count(sessions, observations) == 0
    assert count(sessions, events) == 0


def test_import_of_a_table_of_other_things_says_what_is_accepted(
    tmp_path: Path, engine: Engine
) -> None:
    path = write(tmp_path, "date,price\n2020-01-01,3\n")
    with pytest.raises(FileRefused, match="no column is usable; accepted are temperature_2m_max"):
        imported(path, engine)


@pytest.mark.parametrize(("name", "n_rows", "n_days", "first", "last"), REAL_FILES)
def test_import_takes_real_files(  # noqa: PLR0913, PLR0917 - a row of the table above
    engine: Engine,
    sessions: SessionFactory,
    name: str,
    n_rows: int,
    n_days: int,
    first: date | None,
    last: date | None,
) -> None:
    path = SHARED_DATA / name
    if not path.exists():
        pytest.skip(f"no ../shared/data/{name} on this machine")
    report = imported(path, engine)
    assert (report.rows_read, report.days_changed) == (n_rows, n_days)
    if first is not None:
        assert (report.first_date, report.last_date) == (first, last)
    assert count(sessions, observations) == n_days


def test_imported_imperial_download_agrees_with_the_tidy_table(
    engine: Engine, sessions: SessionFactory
) -> None:
    """The tidy table of Berlin was converted from that download by others."""
    download = SHARED_DATA / "berlin" / "open-meteo-archive_daily_imperial.csv.gz"
    if not download.exists():
        pytest.skip("no ../shared/data/berlin on this machine")
    imported(download, engine)
    tidy = download.with_name("daily.csv").read_text(encoding="utf-8").splitlines()
    first_row = dict(zip(tidy[0].split(","), tidy[1].split(","), strict=True))
    stored = history(sessions)
    assert stored.first_date.isoformat() == first_row["date"]
    for variable in (Variable.TEMPERATURE_MAX, Variable.WIND_SPEED_MAX, Variable.PRECIPITATION):
        assert stored.values[variable][0] == pytest.approx(float(first_row[variable]), abs=0.06)


def test_import_of_another_providers_file_is_refused(engine: Engine) -> None:
    path = SHARED_DATA / "marrakech" / "historique-meteo.csv.gz"
    if not path.exists():
        pytest.skip("no ../shared/data/marrakech/historique-meteo.csv.gz on this machine")
    with pytest.raises(FileRefused, match=r"line 1: .* is no known first column"):
        imported(path, engine)

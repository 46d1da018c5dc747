"""Importing files on a real database: all of a file with its event, or nothing."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from math import isnan
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine, func, select

from collector.errors import FileRefused
from collector.importing import ImportReport, import_file
from shared.adapters.database import SessionFactory, make_engine
from shared.adapters.observations import load_history
from shared.adapters.site_states import pause_site, remove_site
from shared.adapters.sites import add_site, claim_provenance, get_site
from shared.adapters.tables import events, observations, quality_findings
from shared.contracts.provenance import Provenance
from shared.contracts.sites import SiteState, new_site
from shared.errors import ProvenanceConflict, SiteRefused, SiteUnknown
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.support.data import SHARED_DATA
from tests.support.database import SITE_ID

T = TypeVar("T")

BERLIN = (52.5, 13.4)
#: Of what place files are that are not of the default site, by a part of their name.
ELSEWHERE = {"berlin": BERLIN, "imperial": BERLIN, "savannah": (32.1, -81.1)}
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


def imported(
    path: Path,
    engine: Engine,
    site_id: str = SITE_ID,
    **options: Any,  # noqa: ANN401
) -> ImportReport:
    return import_file(path, site_id=site_id, engine=engine, report=lambda _: None, **options)


def history(sessions: SessionFactory, site_id: str = SITE_ID) -> DailyHistory:
    with sessions.begin() as session:
        return load_history(session, site_id)


def site_at(sessions: SessionFactory, latitude: float, longitude: float) -> str:
    """Add a site where the file says it is of; return its id."""
    site = new_site("There", latitude=latitude, longitude=longitude, timezone="UTC")
    with sessions.begin() as session:
        add_site(session, site)
    return site.site_id


def count(sessions: SessionFactory, table: Any) -> int:  # noqa: ANN401 - any table
    with sessions.begin() as session:
        return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def test_import_stores_all_days_with_their_event(
    tmp_path: Path, engine: Engine, sessions: SessionFactory
) -> None:
    path = write(tmp_path, HEADER + "2020-01-01,12.5,0.0\n2020-01-05,13.5,\n2020-01-07,,\n")
    told: list[str] = []
    report = import_file(path, site_id=SITE_ID, engine=engine, report=told.append)
    assert (report.reading.n_rows, report.changes.new_days) == (3, 2)
    assert (report.first_date, report.last_date) == (date(2020, 1, 1), date(2020, 1, 5))
    with sessions.begin() as session:
        (fact,) = session.execute(select(events.c.data)).scalars()
        assert get_site(session, SITE_ID).provenance is Provenance.IMPORTED
    assert fact["days_changed"] == 2
    stored = history(sessions)
    assert stored.values[Variable.TEMPERATURE_MAX][[0, -1]].tolist() == [12.5, 13.5]
    assert told == [
        f"reading {path}",
        "checking 2 days from 2020-01-01 to 2020-01-05 of marrakech",
    ]


def test_days_that_are_not_over_are_no_observations(
    tmp_path: Path, engine: Engine, sessions: SessionFactory
) -> None:
    # A download from the forecast host goes on for a week; the forerunner stored such days.
    path = write(tmp_path, HEADER + "2026-11-21,20.5,\n2026-11-22,21.5,\n2026-11-23,22.5,\n")
    report = imported(path, engine, now=lambda: datetime(2026, 11, 22, 23, 59, tzinfo=UTC))
    assert (report.changes.new_days, report.last_date) == (1, date(2026, 11, 21))
    assert history(sessions).last_date == date(2026, 11, 21)
    (remark,) = report.reading.remarks
    assert (remark.n_values, remark.first) == (2, "2026-11-22")
    assert remark.text == "days not used: they are not over, so these are forecasts"


def test_file_of_forecasts_alone_is_refused(tmp_path: Path, engine: Engine) -> None:
    path = write(tmp_path, HEADER + "2026-11-23,22.5,\n")
    with pytest.raises(FileRefused, match="none of its days is over"):
        imported(path, engine, now=lambda: datetime(2026, 11, 23, tzinfo=UTC))


def test_import_again_changes_nothing(
    tmp_path: Path, engine: Engine, sessions: SessionFactory
) -> None:
    path = write(tmp_path, HEADER + "2020-01-01,12.5,0.0\n")
    imported(path, engine)
    again = imported(path, engine).changes
    assert (again.new_days, again.changed_days, again.unchanged_days) == (0, 0, 1)
    assert count(sessions, events) == 1
    assert count(sessions, observations) == 1


def test_import_of_a_longer_file_adds_to_what_is_there(
    tmp_path: Path, engine: Engine, sessions: SessionFactory
) -> None:
    imported(write(tmp_path, HEADER + "2020-01-01,12.5,0.0\n2020-01-02,13.0,\n"), engine)
    longer = HEADER + "2020-01-01,12.5,0.0\n2020-01-02,14.0,1.0\n2020-01-03,15.0,0.0\n"
    changes = imported(write(tmp_path, longer), engine).changes
    assert (changes.new_days, changes.changed_days, changes.unchanged_days) == (1, 1, 1)
    temperature, rain = changes.by_variable
    assert (temperature.n_new, temperature.n_changed) == (1, 1)
    assert temperature.examples == ((date(2020, 1, 2), 13.0, 14.0),)
    assert (rain.n_new, rain.n_changed) == (2, 0)
    assert history(sessions).values[Variable.TEMPERATURE_MAX].tolist() == [12.5, 14.0, 15.0]


def test_import_reports_the_columns_it_ignores(tmp_path: Path, engine: Engine) -> None:
    path = write(tmp_path, "date,mood,temperature_2m_max,moon\n2020-01-01,fine,12.5,full\n")
    reading = imported(path, engine).reading
    assert [name for name, _ in reading.ignored] == ["mood", "moon"]
    (column,) = reading.columns
    assert (column.name, column.unit, column.n_values) == ("temperature_2m_max", "°C", 1)


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


def test_dry_run_says_what_would_change_and_changes_nothing(
    tmp_path: Path, engine: Engine, sessions: SessionFactory
) -> None:
    imported(write(tmp_path, HEADER + "2020-01-01,12.5,0.0\n2020-01-02,13.0,\n"), engine)
    longer = HEADER + "2020-01-01,12.5,0.0\n2020-01-02,14.0,1.0\n2020-01-03,95.0,0.0\n"
    path = write(tmp_path, longer + "".join(f"2020-02-{d:02},{d / 2},0.0\n" for d in range(1, 29)))
    before = (count(sessions, observations), count(sessions, events))
    dry = imported(path, engine, is_dry_run=True)
    assert dry.is_dry_run
    assert (count(sessions, observations), count(sessions, events)) == before
    assert count(sessions, quality_findings) == 0
    assert imported(path, engine).changes == dry.changes
    temperature = dry.changes.by_variable[0]
    assert (temperature.n_new, temperature.n_changed, temperature.n_held) == (28, 1, 1)
    assert temperature.held_example is not None
    assert temperature.held_example.startswith("2020-01-03: temperature_2m_max 95 °C is outside")


def test_dry_run_into_a_fresh_site_leaves_it_free_for_any_source(
    tmp_path: Path, engine: Engine, sessions: SessionFactory
) -> None:
    imported(write(tmp_path, HEADER + "2020-01-01,12.5,0.0\n"), engine, is_dry_run=True)
    with sessions.begin() as session:
        assert get_site(session, SITE_ID).provenance is None


def test_values_the_checks_do_not_believe_are_held_back(
    tmp_path: Path, engine: Engine, sessions: SessionFactory
) -> None:
    rows = "".join(f"2020-01-{day:02},{10 + day % 3},{day}.5\n" for day in range(1, 31))
    path = write(tmp_path, HEADER + rows.replace("2020-01-15,10,", "2020-01-15,99,"))
    report = imported(path, engine)
    stored = history(sessions)
    assert isnan(stored.values[Variable.TEMPERATURE_MAX][14])
    assert stored.values[Variable.PRECIPITATION][14] == 15.5
    with sessions.begin() as session:
        (finding,) = session.execute(select(quality_findings)).all()
    assert (finding.valid_date, finding.value, finding.state) == (date(2020, 1, 15), 99.0, "held")
    assert report.changes.by_variable[0].n_held == 1
    assert report.changes.new_days == 30


@pytest.mark.parametrize("state", [SiteState.PAUSED, SiteState.REMOVED])
def test_import_goes_into_a_paused_site_and_not_into_a_removed_one(
    tmp_path: Path, engine: Engine, sessions: SessionFactory, state: SiteState
) -> None:
    path = write(tmp_path, HEADER + "2020-01-01,12.5,0.0\n")
    with sessions.begin() as session:
        (pause_site if state is SiteState.PAUSED else remove_site)(session, SITE_ID)
    if state is SiteState.PAUSED:
        assert imported(path, engine).changes.new_days == 1
    else:
        with pytest.raises(SiteRefused, match="was removed; `climate sites add`"):
            imported(path, engine)


def test_station_file_is_imported_like_any_other(
    tmp_path: Path, engine: Engine, sessions: SessionFactory
) -> None:
    text = (  # a synthetic sample: no such station
        "TEST0000001,20200101,TMAX,105,,,S,\nTEST0000001,20200101,PRCP,12,,,S,\n"
        "TEST0000001,20200102,TMAX,512,,I,S,\nTEST0000001,20200102,PRCP,0,T,,S,\n"
    )
    report = imported(write(tmp_path, text, "TEST0000001.csv"), engine)
    assert report.reading.format == "NOAA GHCN-Daily (by station)"
    assert report.reading.about_days is not None
    (remark,) = report.reading.remarks
    assert "check of internal consistency (flag I)" in remark.text
    stored = history(sessions)
    assert stored.values[Variable.PRECIPITATION].tolist() == [1.2, 0.0]
    assert isnan(stored.values[Variable.TEMPERATURE_MAX][1])


def test_progress_is_told_of_lines_and_of_values(tmp_path: Path, engine: Engine) -> None:
    steps: list[tuple[str, int]] = []

    def track(items: Sequence[T], what: str) -> Iterable[T]:
        steps.append((what, len(items)))
        return items

    path = write(tmp_path, HEADER + "2020-01-01,12.5,0.0\n2020-01-02,13.5,0.0\n")
    imported(path, engine, track=track)
    assert steps == [("reading lines", 3), ("reading values", 2)]


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
    places = (site_at(sessions, *at) for part, at in ELSEWHERE.items() if part in name)
    report = imported(path, engine, site_id=next(places, SITE_ID))
    assert (report.reading.n_rows, report.changes.new_days) == (n_rows, n_days)
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
    site_id = site_at(sessions, *BERLIN)
    imported(download, engine, site_id=site_id)
    tidy = download.with_name("daily.csv").read_text(encoding="utf-8").splitlines()
    first_row = dict(zip(tidy[0].split(","), tidy[1].split(","), strict=True))
    stored = history(sessions, site_id)
    assert stored.first_date.isoformat() == first_row["date"]
    for variable in (Variable.TEMPERATURE_MAX, Variable.WIND_SPEED_MAX, Variable.PRECIPITATION):
        assert stored.values[variable][0] == pytest.approx(float(first_row[variable]), abs=0.06)


OF_BERLIN = {
    "download.csv": "latitude,longitude,elevation\n52.55,13.41,38\n\ntime,temperature_2m_max\n"
    "2020-01-01,12.5\n",
    "answer.json": '{"latitude": 52.55, "longitude": 13.41, "daily_units": {}, '
    '"daily": {"time": ["2020-01-01"], "temperature_2m_max": [12.5]}}',
    "station.csv": "STATION,DATE,LATITUDE,LONGITUDE,TMAX,TMAX_ATTRIBUTES\n"
    'TEST0000001,2020-01-01,52.55,13.41,125,",,S"\n',
    "gsod.csv": "STATION,DATE,LATITUDE,LONGITUDE,MAX,MXSPD,FRSHTT\n"
    "99999999999,2020-01-01,52.55,13.41,54.5,9.9,000000\n",
}


@pytest.mark.parametrize("name", OF_BERLIN)
def test_file_of_another_place_is_refused_and_taken_where_it_belongs(
    tmp_path: Path, engine: Engine, sessions: SessionFactory, name: str
) -> None:
    path = write(tmp_path, OF_BERLIN[name], name)
    with pytest.raises(FileRefused, match=r"is of 52\.55, 13\.41, which is 2,\d{3} km from 'marr"):
        imported(path, engine)
    assert count(sessions, observations) == 0
    assert imported(path, engine, site_id=site_at(sessions, *BERLIN)).changes.new_days == 1


@pytest.mark.parametrize("position", ["52.55,", "north,13.41", "95,13.41", "nan,nan"])
def test_position_that_is_none_is_no_reason_to_refuse_a_file(
    tmp_path: Path, engine: Engine, position: str
) -> None:
    path = write(tmp_path, OF_BERLIN["download.csv"].replace("52.55,13.41", position))
    assert imported(path, engine).changes.new_days == 1


def test_import_of_another_providers_file_is_refused(engine: Engine) -> None:
    path = SHARED_DATA / "marrakech" / "historique-meteo.csv.gz"
    if not path.exists():
        pytest.skip("no ../shared/data/marrakech/historique-meteo.csv.gz on this machine")
    with pytest.raises(FileRefused, match=r"line 1: .* is no known first column"):
        imported(path, engine)

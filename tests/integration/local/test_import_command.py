"""`climate import` on a real database: what a person is told, and a program."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from local.command import climate
from local.stack.running import Stack
from shared.adapters.database import SessionFactory
from shared.adapters.observations import last_observed_date
from tests.support.database import SITE_ID

# A synthetic sample in the form of Meteostat's: no station has seen these days.
ROWS = "".join(
    f"2020-01-{day:02},10.{day % 10},5,{15 + day % 4},0,,270,12,39,1015,\n" for day in range(1, 31)
)


@pytest.fixture(autouse=True)
def _stack(database_url: str, sessions: SessionFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the command on the test's database."""
    del sessions
    running = SimpleNamespace(database_url=database_url)
    monkeypatch.setattr(Stack, "running_at", lambda _home: running)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "station.csv"
    path.write_text(ROWS.replace("15,0,,270", "99,0,,270", 1), encoding="utf-8")
    return path


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(climate, ["import", *arguments, "--site", SITE_ID])
    assert result.exit_code == 0, result.output
    return result


def test_import_tells_how_the_file_was_understood_and_what_it_changed(
    file: Path, sessions: SessionFactory
) -> None:
    told = " ".join(run(str(file)).stdout.split())
    assert "Meteostat daily, 30 rows, 30 days from 2020-01-01 to 2020-01-30" in told
    assert "tmax °C temperature_2m_max 30" in told
    assert "wspd ignored: the day's mean wind, not its maximum" in told
    assert "held back 2020-01-04: temperature_2m_max 99 °C is outside" in told
    assert "30 days of marrakech are new, 0 are changed, 0 stay as they were" in told
    with sessions.begin() as session:
        assert last_observed_date(session, SITE_ID) is not None


def test_dry_run_tells_what_would_change_and_stores_nothing(
    file: Path, sessions: SessionFactory
) -> None:
    told = run(str(file), "--dry-run").stdout
    assert "30 days of marrakech would be new" in told
    assert "A dry run: nothing was stored." in told
    with sessions.begin() as session:
        assert last_observed_date(session, SITE_ID) is None


def test_import_again_shows_the_values_that_changed(file: Path) -> None:
    run(str(file))
    file.write_text(ROWS.replace("2020-01-02,10.2,", "2020-01-02,11.5,"), encoding="utf-8")
    told = " ".join(run(str(file)).stdout.split())
    assert "2020-01-02 temperature_2m_mean: 10.2 → 11.5 °C" in told
    assert "0 days of marrakech are new, 2 are changed, 28 stay as they were" in told


def test_import_tells_a_program_the_same(file: Path) -> None:
    told = json.loads(run(str(file), "--dry-run", "--json").stdout)
    assert told["is_dry_run"] is True
    assert told["changes"]["new_days"] == 30
    assert told["reading"]["days"] == 30
    assert told["reading"]["format"] == "Meteostat daily"
    assert [one["variable"] for one in told["changes"]["by_variable"]][:2] == [
        "temperature_2m_max",
        "temperature_2m_min",
    ]

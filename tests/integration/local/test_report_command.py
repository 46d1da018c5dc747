"""`climate report` on a real database: the record that is read, and the page that is written."""

import json
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from local.command import climate
from local.report import Record, read_record
from local.stack.running import Stack
from shared.contracts.provenance import Provenance
from shared.errors import NotEnoughData
from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from tests.support.database import SITE_ID, sessions_on
from tests.support.reports import DAYS, HOSTILE, START, TAKEN_BACK, WEATHER, recorded


@pytest.fixture(scope="module")
def record(module_database_url: str) -> Record:
    return recorded(module_database_url)


@pytest.fixture
def _stack(record: Record, module_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    del record
    running = SimpleNamespace(database_url=module_database_url)
    monkeypatch.setattr(Stack, "running_at", lambda _home: running)


def test_record_is_what_the_tables_say(record: Record) -> None:
    assert record.provenance is Provenance.SIMULATED
    assert (record.first_date, record.last_date) == (START + timedelta(days=1), WEATHER.last_date)
    assert tuple(record.verified) == FORECAST_VARIABLES
    assert record.headline is Variable.TEMPERATURE_MAX
    # Two trainings of five variables; the second one's rain was not promoted.
    assert (record.trainings, record.contenders) == (2, 10)
    assert (record.promotions, record.rollbacks, len(record.decisions)) == (9, 1, 11)
    (concern,) = record.concerns
    assert (concern.review_date, concern.outcome) == (TAKEN_BACK, "retrain")
    assert HOSTILE in {one.reason for one in record.decisions}


def test_champion_that_came_back_reigns_last(record: Record) -> None:
    reigns = [one for one in record.reigns if one.variable is Variable.WIND_SPEED_MAX]
    assert [one.kind for one in reigns] == ["promote", "promote", "rollback"]
    assert reigns[0].candidate_id == reigns[2].candidate_id
    assert reigns[2].since.date() == TAKEN_BACK


def test_there_is_one_fan_a_day(record: Record) -> None:
    days = [fan.reference_date for fan in record.fans]
    assert days == [START + timedelta(days=n) for n in range(DAYS)]
    for fan in record.fans:
        assert fan.lower_95[6] <= fan.lower_80[6] <= fan.value[6] <= fan.upper_80[6]


def test_nothing_verified_is_said_in_a_sentence(database_url: str) -> None:
    with (
        sessions_on(database_url) as sessions,
        sessions.begin() as session,
        pytest.raises(NotEnoughData, match="marrakech"),
    ):
        read_record(session, SITE_ID)


@pytest.mark.usefixtures("_stack")
def test_command_writes_the_page_and_its_pictures(tmp_path: Path) -> None:
    folder = tmp_path / "told"
    result = CliRunner().invoke(climate, ["report", "--to", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    written = json.loads(result.stdout)
    assert written["page"] == str(folder / "report.html")
    assert all(Path(path).read_bytes().startswith(b"\x89PNG") for path in written["pictures"])
    assert len(written["pictures"]) == 6
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "Simulated weather." in text

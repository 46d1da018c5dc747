"""`climate drill` and `gate`: the gate's own process, on a real database and a real artifact."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from local.command import climate, drill, gate_process
from local.stack.running import Stack
from registry_gate.drills.table import DRILLS
from shared.adapters.artifacts import DOCUMENT_FILE, ONNX_FILE
from shared.adapters.database import SessionFactory
from shared.adapters.tables import metadata
from shared.errors import ClimateError
from tests.integration.registry_gate.candidacies import VARIABLE, decide
from tests.support.database import SITE_ID, store_history
from tests.support.models import make_artifact, make_cases
from tests.support.specimens import with_hot_days
from tests.support.trainings import add_candidate, add_training
from tests.support.weather import made_up_history

HISTORY = made_up_history()
Run = Callable[..., Result]


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    """Return what the gate's process is told: the test's database, a home of its own."""
    return {
        "CLIMATE_HOME": str(tmp_path),
        "CLIMATE_DATABASE_URL": database_url,
        "CLIMATE_REDIS_URL": "redis://127.0.0.1:1/0",
        "CLIMATE_MLFLOW_URL": "http://127.0.0.1:1",
        "PATH": "",
    }


@pytest.fixture
def run(
    database_url: str, tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run a command that asks the gate."""
    running = SimpleNamespace(database_url=database_url, home=tmp_path, record=None)
    monkeypatch.setattr(Stack, "running_at", lambda _home: running)
    monkeypatch.setattr(gate_process, "stack_environment", lambda _home, _record: environment)
    return lambda *arguments: CliRunner().invoke(climate, [*arguments], env={"COLUMNS": "200"})


@pytest.fixture
def candidate(sessions: SessionFactory, tmp_path: Path) -> UUID:
    """Register a model whose backtest is what its artifact does."""
    artifact = make_artifact(HISTORY, VARIABLE)
    folder = tmp_path / "cache" / "artifacts" / artifact.sha256
    folder.mkdir(parents=True)
    (folder / DOCUMENT_FILE).write_bytes(artifact.document)
    (folder / ONNX_FILE).write_bytes(artifact.onnx)
    with sessions.begin() as session:
        store_history(session, HISTORY)
        return add_candidate(
            session,
            training_id=add_training(session, logical_date=HISTORY.last_date),
            variable=VARIABLE,
            artifact_sha256=artifact.sha256,
            cases=with_hot_days(make_cases(HISTORY, VARIABLE, error_scale=0.9)),
            train_cutoff=HISTORY.last_date,
        )


@pytest.fixture
def champion(sessions: SessionFactory, candidate: UUID) -> None:
    """Let it serve."""
    with sessions.begin() as session:
        decide(session, candidate)


def rows(sessions: SessionFactory) -> dict[str, int]:
    """Return how many rows each table has."""
    with sessions.begin() as session:
        return {
            name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


@pytest.mark.usefixtures("champion")
def test_every_drill_is_made_of_the_champion_and_nothing_is_written(
    run: Run, sessions: SessionFactory
) -> None:
    before = rows(sessions)
    result = run("drill", "--json", "--site", SITE_ID)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert [one["drill"] for one in told] == [row.name for row in DRILLS]
    assert all(one["holds"] for one in told)
    assert rows(sessions) == before


def test_that_there_is_nothing_to_drill_with_is_no_success(
    run: Run, sessions: SessionFactory
) -> None:
    assert sessions is not None
    error = run("drill").exception
    assert isinstance(error, ClimateError)
    assert str(error) == "There is no champion yet to make drills of."


def test_drill_that_does_not_hold_is_told_and_is_an_exit_code(
    run: Run, sessions: SessionFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sessions is not None
    held = {
        "site_id": SITE_ID, "variable": VARIABLE, "drill": "leaky", "expected": "as_tested",
        "outcome": "reject", "refused_by": ["as_tested"], "holds": True, "sentence": "Rejected.",
    }  # fmt: skip
    failed = held | {"outcome": "promote", "refused_by": [], "holds": False, "sentence": "Fine."}
    monkeypatch.setattr(drill, "ask_gate", lambda *_, **__: iter([held, failed]))
    result = run("drill")
    assert result.exit_code == 1
    assert "leaky should be refused by as_tested, was promote. Fine." in result.output


def test_candidate_is_judged_as_it_would_be_now_and_nothing_is_written(
    run: Run, sessions: SessionFactory, candidate: UUID
) -> None:
    before = rows(sessions)
    result = run("gate", "--json", "--site", SITE_ID)
    assert result.exit_code == 0, result.output
    (told,) = json.loads(result.stdout)
    assert told["candidate_id"] == str(candidate)
    assert (told["outcome"], told["serves"], told["beside"]) == ("promote", False, None)
    assert {finding["verdict"] for finding in told["findings"]} == {"pass"}
    assert rows(sessions) == before


def test_threshold_that_was_raised_is_what_the_candidate_is_judged_by(
    run: Run, candidate: UUID, environment: dict[str, str]
) -> None:
    environment["CLIMATE_GATE_MIN_R2"] = "0.99"
    result = run("gate")
    assert result.exit_code == 0, result.output
    assert str(candidate)[:8] in result.output
    assert "explains 88.2% of the variance (at least 99%)" in result.output


@pytest.mark.usefixtures("champion")
def test_champion_is_judged_without_itself_beside_it(run: Run) -> None:
    (told,) = json.loads(run("gate", "--json").stdout)
    assert (told["outcome"], told["serves"], told["beside"]) == ("promote", True, None)


@pytest.mark.usefixtures("candidate")
def test_person_is_told_each_finding_in_a_line(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "registry_gate", "judge"]
    told = subprocess.run(  # noqa: S603 - our own service
        command, env=environment, capture_output=True, text=True, check=True
    )
    head, *findings = told.stdout.splitlines()
    assert head.startswith(f"{SITE_ID} {VARIABLE}, data to {HISTORY.last_date}: promote.")
    assert findings[0] == "  pass          r2: explains 88.2% of the variance (at least 70%)"


def test_where_there_is_no_candidate_the_gate_says_so(run: Run, sessions: SessionFactory) -> None:
    assert sessions is not None
    error = run("gate").exception
    assert isinstance(error, ClimateError)
    assert str(error) == "No training has brought a candidate to judge yet."

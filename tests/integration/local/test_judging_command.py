"""`climate audit`, `approve` and `rollback` on a real database: asked, told, refused."""

import json
from types import SimpleNamespace

import pytest
from sqlalchemy import Row, select, text
from typer.testing import CliRunner, Result

from local.command import climate
from local.stack.running import Stack
from shared.adapters.database import SessionFactory
from shared.adapters.tables import jobs
from shared.contracts.jobs import JobKind
from shared.errors import ClimateError
from tests.integration.registry_gate.candidacies import (
    VARIABLE,
    add_candidates,
    decide,
    promoted,
)
from tests.support.database import SITE_ID


@pytest.fixture(autouse=True)
def _stack(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the commands on the test's database."""
    running = SimpleNamespace(database_url=database_url)
    monkeypatch.setattr(Stack, "running_at", lambda _home: running)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(climate, arguments, env={"COLUMNS": "200"})


def refusal(*arguments: str) -> str:
    """Return the sentence a command ends with; `main` prints it and nothing else."""
    error = run(*arguments).exception
    assert isinstance(error, ClimateError), error
    return str(error)


def asked(sessions: SessionFactory, kind: JobKind) -> Row[tuple[object, ...]]:
    with sessions.begin() as session:
        return session.execute(select(jobs).where(jobs.c.kind == kind)).one()


def test_record_in_order_is_said_to_be_with_a_head_to_note(sessions: SessionFactory) -> None:
    promoted(sessions, 2)
    result = run("audit", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["findings"] == []
    assert run("audit", "--noted", told["head"]).exit_code == 0


def test_changed_record_is_told_and_is_an_exit_code(sessions: SessionFactory) -> None:
    promoted(sessions, 2)
    with sessions.begin() as session:
        session.execute(text("alter table decisions disable trigger all"))
        session.execute(text("update decisions set reason = reason || '.'"))
    result = run("audit")
    assert result.exit_code == 1
    assert "was changed" in result.output


def test_head_that_is_none_is_a_usage_error(sessions: SessionFactory) -> None:
    del sessions
    assert run("audit", "--noted", "yesterday").exit_code == 2


def test_rollback_is_asked_of_the_gate_with_who_and_why(sessions: SessionFactory) -> None:
    first, _ = promoted(sessions, 2)
    result = run("rollback", SITE_ID, VARIABLE, "--reason", "Too warm all week.")
    assert result.exit_code == 0, result.output
    job = asked(sessions, JobKind.ROLL_BACK)
    assert job.parameters["to"] == str(first)
    assert job.parameters["reason"] == "Too warm all week."
    assert job.parameters["asked_by"]


def test_rollback_with_none_to_go_back_to_is_refused_in_a_sentence(
    sessions: SessionFactory,
) -> None:
    promoted(sessions, 1)
    assert "no earlier champion" in refusal("rollback", SITE_ID, VARIABLE)
    assert "'f00'" in refusal("rollback", SITE_ID, VARIABLE, "--to", "f00")


@pytest.mark.parametrize(("option", "word"), [((), "promote"), (("--decline",), "reject")])
def test_what_waits_is_listed_and_concluded(
    sessions: SessionFactory, option: tuple[str, ...], word: str
) -> None:
    with sessions.begin() as session:
        (candidate_id,) = add_candidates(session, 1)
        decide(session, candidate_id, "propose")
    assert str(candidate_id)[:8] in run("approve").output
    assert run("approve", str(candidate_id)[:8], *option).exit_code == 0
    job = asked(sessions, JobKind.APPROVE)
    assert job.parameters["candidate_id"] == str(candidate_id)
    assert job.parameters["word"] == word


def test_nothing_waits_is_said(sessions: SessionFactory) -> None:
    del sessions
    assert "No candidate waits." in run("approve").output
    assert "climate approve" in refusal("approve", "f00")

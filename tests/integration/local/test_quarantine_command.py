"""`climate quarantine` on a real database, as a person and as a program use it."""

import json
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner, Result

from collector.payloads.store import SqlPayloadStore
from local.command import climate
from local.stack.running import Stack
from shared.adapters.database import SessionFactory
from shared.adapters.tables import observations, quality_findings, sites
from shared.errors import ClimateError
from tests.support.database import SITE_ID
from tests.support.open_meteo import kept_answer
from tests.support.quality import add_ring_point, find_fault, observe_days

DAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _stack(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the commands on the test's database."""
    running = SimpleNamespace(database_url=database_url)
    monkeypatch.setattr(Stack, "running_at", lambda _home: running)


@pytest.fixture
def held(sessions: SessionFactory) -> list[int]:
    """Return findings: two of the site by two checks, one of its ring, one only flagged."""
    with sessions.begin() as session:
        session.execute(update(sites).values(provenance="simulated"))
        observe_days(session, SITE_ID, DAY - timedelta(days=9), DAY)
        point = add_ring_point(session, SITE_ID, 90.0)
        session.execute(update(sites).values(provenance="simulated"))
        return [
            find_fault(session, SITE_ID, DAY),
            find_fault(session, SITE_ID, DAY - timedelta(days=1), check="step", value=41.0),
            find_fault(session, point, DAY, value=-95.2),
            find_fault(session, SITE_ID, DAY, check="climate", state="flagged", value=44.0),
        ]


def run(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(
        climate, ["quarantine", *arguments], input=answer, env={"COLUMNS": "200"}
    )


def told(*arguments: str) -> Any:  # noqa: ANN401 - JSON
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refusal(*arguments: str) -> str:
    """Return the sentence a command ends with; `main` prints it and nothing else."""
    error = run(*arguments).exception
    assert isinstance(error, ClimateError)
    return str(error)


def states(sessions: SessionFactory) -> list[str]:
    with sessions.begin() as session:
        query = select(quality_findings.c.state).order_by(quality_findings.c.finding_id)
        return list(session.execute(query).scalars())


def numbers(found: list[dict[str, Any]]) -> set[int]:
    return {one["finding_id"] for one in found}


def test_empty_quarantine_is_good_news(sessions: SessionFactory) -> None:
    del sessions
    assert "Nothing is held back: every value is believed." in run().stdout
    assert told() == []
    shown = run("list", "--state", "dropped", "--site", SITE_ID).stdout
    assert "No value is dropped at marrakech." in shown


def test_list_is_of_what_is_held_and_says_why(held: list[int]) -> None:
    assert numbers(told()) == set(held[:3])
    shown = run().stdout
    assert "maximum temperature 71.4 °C" in shown
    assert "outside what any place on earth has seen" in shown


def test_list_is_of_a_site_with_its_ring_a_check_or_another_state(held: list[int]) -> None:
    assert numbers(told("--site", SITE_ID)) == set(held[:3])
    assert numbers(told("--check", "step")) == {held[1]}
    assert numbers(told("list", "--check", "step", "--site", SITE_ID)) == {held[1]}
    assert numbers(told("list", "--state", "flagged")) == {held[3]}
    assert "atlantis" in refusal("--site", "atlantis")
    wrong = run("--check", "taste")
    assert wrong.exit_code == 2
    assert "bounds" in wrong.output


def test_long_list_is_cut_and_says_so(held: list[int]) -> None:
    del held
    assert "There are more: `--limit 2`" in run("list", "--limit", "1").stdout


def test_finding_is_shown_in_full(held: list[int]) -> None:
    shown = run("show", str(held[0])).stdout
    assert "maximum temperature 71.4 °C, held" in shown
    assert f"climate quarantine drop {held[0]}" in shown
    assert "release" not in shown  # what cannot be weather is never stored
    assert f"climate quarantine release {held[1]}" in run("show", str(held[1])).stdout
    assert told("show", str(held[0]))["check_name"] == "bounds"
    assert "There is no finding 999" in refusal("show", "999")


def test_released_value_is_stored_and_can_be_dropped_again(
    held: list[int], sessions: SessionFactory
) -> None:
    day = DAY - timedelta(days=1)
    assert "1 value released" in run("release", str(held[1])).stdout
    query = (
        select(observations.c.temperature_2m_max)
        .where(observations.c.site_id == SITE_ID, observations.c.valid_date == day)
        .order_by(observations.c.known_at.desc())
        .limit(1)
    )
    with sessions.begin() as session:
        assert session.execute(query).scalar_one() == 41.0
    run("drop", str(held[1]))
    with sessions.begin() as session:
        assert session.execute(query).scalar_one() is None


def test_all_of_a_kind_are_decided_after_asking(held: list[int], sessions: SessionFactory) -> None:
    del held
    assert run("drop", "--site", SITE_ID, answer="n\n").exit_code == 1
    assert states(sessions)[:3] == ["held"] * 3
    assert "3 values dropped" in run("drop", "--site", SITE_ID, answer="y\n").stdout
    assert states(sessions) == ["dropped"] * 3 + ["flagged"]


def test_decisions_are_all_or_nothing(held: list[int], sessions: SessionFactory) -> None:
    assert "There is no finding 999" in refusal("drop", str(held[0]), "999")
    assert states(sessions)[0] == "held"


def test_value_two_checks_have_found_is_decided_once(
    held: list[int], sessions: SessionFactory
) -> None:
    with sessions.begin() as session:
        day = DAY - timedelta(days=1)
        twin = find_fault(session, SITE_ID, day, check="stuck", value=41.0)
    assert "1 value released" in run("release", str(held[1]), str(twin)).stdout
    assert states(sessions)[-1] == "released"


def test_decision_about_nothing_says_what_can_be_chosen(sessions: SessionFactory) -> None:
    del sessions
    assert "by their numbers" in refusal("release")
    assert "nothing to decide" in refusal("drop", "--check", "bounds", "--yes")


def test_day_is_read_again_from_the_answer_that_was_kept(
    held: list[int], sessions: SessionFactory
) -> None:
    del held
    SqlPayloadStore(sessions).keep(kept_answer(DAY, temperature_2m_max=25.1))
    assert (
        f"{DAY} of marrakech: stored as it is read now."
        in run("read-again", SITE_ID, f"{DAY}").stdout
    )
    assert (
        f"{DAY} of marrakech: reads as it is stored; nothing changed."
        in run("read-again", SITE_ID, f"{DAY}").stdout
    )


def test_day_nothing_is_kept_of_is_refused_with_why(held: list[int]) -> None:
    del held
    assert "kept any more" in refusal("read-again", SITE_ID, f"{DAY}")
    assert "nowhere" in refusal("read-again", "nowhere", f"{DAY}")

"""`climate events` on a real database: the log, the dead letters, and having them tried again."""

import json
from datetime import date, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from local.command import climate
from local.stack.running import Stack
from shared.adapters.database import SessionFactory
from shared.adapters.deliveries import MOST_ATTEMPTS, handle_owed
from shared.adapters.ledger_tables import deliveries
from shared.adapters.outbox import record_event
from shared.contracts.events import Event, EventType, ObservationsCollected
from shared.contracts.queues import Service
from shared.errors import ClimateError
from tests.support.database import SITE_ID

DAY = date(2026, 11, 22)
COLLECTED = EventType.OBSERVATIONS_COLLECTED
DAYS = timedelta(days=1)


@pytest.fixture(autouse=True)
def _stack(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the commands on the test's database."""
    running = SimpleNamespace(database_url=database_url)
    monkeypatch.setattr(Stack, "running_at", lambda _home: running)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(climate, ["events", *arguments], env={"COLUMNS": "200"})


def happen(sessions: SessionFactory) -> UUID:
    fact = ObservationsCollected(site_id=SITE_ID, first_date=DAY, last_date=DAY, days_changed=1)
    with sessions.begin() as session:
        return record_event(session, fact, correlation_id=uuid4()).id


@pytest.fixture
def poison(sessions: SessionFactory) -> UUID:
    """Return an event that the trainer could not handle."""

    def choke(_session: Session, _event: Event) -> None:
        raise ValueError("no way")

    event_id = happen(sessions)
    for _ in range(MOST_ATTEMPTS):
        handle_owed(sessions, Service.TRAINER, {COLLECTED: choke})
        with sessions.begin() as session:
            session.execute(update(deliveries).values(not_before=deliveries.c.not_before - DAYS))
    return event_id


def test_nothing_dead_is_said(sessions: SessionFactory) -> None:
    happen(sessions)
    assert "Every event was handled." in run("dead").output


def test_dead_letter_is_listed_with_its_reason(poison: UUID) -> None:
    output = run("dead").output
    assert str(poison)[:8] in output
    assert "ValueError: no way" in output
    (letter,) = json.loads(run("dead", "--json").stdout)
    assert (letter["event_id"], letter["consumer"]) == (str(poison), "trainer")


@pytest.mark.parametrize("which", ["one", "all"])
def test_dead_letter_is_owed_again(sessions: SessionFactory, poison: UUID, which: str) -> None:
    result = run("retry", str(poison)[:8] if which == "one" else "--all")
    assert result.exit_code == 0, result.output
    assert "1 event will be handled again" in result.output
    with sessions.begin() as session:
        states = set(session.execute(select(deliveries.c.state)).scalars())
    assert states == {"owed"}


def test_retry_of_what_is_not_dead_is_refused_in_a_sentence(sessions: SessionFactory) -> None:
    error = run("retry", str(happen(sessions))).exception
    assert isinstance(error, ClimateError)
    assert "climate events dead" in str(error)


@pytest.mark.parametrize("arguments", [(), ("f00", "--all"), ("--all", "--consumer", "api")])
def test_retry_of_nothing_in_particular_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    assert run("retry", *arguments).exit_code == 2


def test_tail_shows_the_latest(sessions: SessionFactory) -> None:
    ids = [happen(sessions) for _ in range(3)]
    lines = run("tail", "--no-follow", "-n", "2", "--json").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [str(event_id) for event_id in ids[1:]]
    assert "1 day of weather collected" in run("tail", "--no-follow").output
    assert run("tail", "--no-follow", "--site", "elsewhere").output == ""
    assert run("tail", "--no-follow", "--type", "model.promoted").output == ""

"""`climate backfill`: what is missing comes in, and a person sees how far it is."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, update
from typer.testing import CliRunner, Result

from collector.errors import BackfillRefused
from local.command import backfill, climate
from local.command.backfill import BackfillEnded
from local.stack.running import Stack
from shared.adapters.database import SessionFactory
from shared.adapters.tables import jobs, observations, sites
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance
from shared.contracts.schedule import complete_date
from shared.contracts.sites import DEFAULT_SITE
from tests.support.collecting import House
from tests.support.database import SITE_ID
from tests.support.sources import FakeSource
from tests.support.timezones import packaged_timezones

DAYS_MISSING = 5


@pytest.fixture(autouse=True)
def _stack(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run the command on the test's database."""
    running = SimpleNamespace(database_url=database_url)
    monkeypatch.setattr(Stack, "running_at", lambda _home: running)
    monkeypatch.setattr(backfill, "POLL_SECONDS", 0.05)
    with packaged_timezones():
        yield


@pytest.fixture
def newest() -> date:
    """Return the newest complete day: the command goes by the real clock."""
    return complete_date(datetime.now(UTC), DEFAULT_SITE.timezone)


@pytest.fixture
def source() -> FakeSource:
    """Return a source of ordinary days."""
    return FakeSource()


@pytest.fixture
def house(sessions: SessionFactory, source: FakeSource, newest: date) -> House:
    """Return a collector that has three months of the site but for some days."""
    start = newest - timedelta(days=90)
    using = House(sessions, {Provenance.OPEN_METEO: source}, start=start)
    using.run(newest)
    first = start + timedelta(days=20)
    lost = observations.c.valid_date.between(first, first + timedelta(days=DAYS_MISSING - 1))
    with sessions.begin() as session:
        session.execute(delete(observations).where(lost))
    return using


def run(house: House, *arguments: str) -> Result:
    since = ("--from", house.start.isoformat())
    return CliRunner().invoke(climate, ["backfill", SITE_ID, *since, *arguments])


@contextmanager
def at_work(house: House, *, after_seconds: float = 0.0) -> Iterator[None]:
    """Let a worker do what is due while the block lasts."""
    is_over = threading.Event()

    def work() -> None:
        is_over.wait(after_seconds)
        while not is_over.wait(0.05):
            house.run_due(JobKind.BACKFILL)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        is_over.set()
        worker.join()


def test_missing_days_come_in_while_one_watches(house: House) -> None:
    with at_work(house):
        result = run(house)
    assert result.exit_code == 0, result.output
    assert f"{DAYS_MISSING} days came in." in result.stdout


def test_what_the_source_has_nothing_for_is_said(house: House, source: FakeSource) -> None:
    source.empty.add(house.start + timedelta(days=20))
    with at_work(house):
        result = run(house)
    assert result.exit_code == 0
    shown = " ".join(result.stdout.split())
    assert "4 days came in; 1 day is still missing" in shown


def test_nothing_missing_is_good_news(house: House) -> None:
    with at_work(house):
        run(house)
        assert "Nothing was missing." in run(house).stdout


def test_without_waiting_the_work_is_only_asked_for(house: House) -> None:
    assert f"{DAYS_MISSING} days missing; asked for" in run(house, "--no-wait").stdout
    assert len(house.waiting(JobKind.BACKFILL)[JobKind.BACKFILL]) == 1


def test_one_of_other_days_is_waited_for_first(house: House) -> None:
    run(house, "--to", house.start.isoformat(), "--no-wait")
    with at_work(house, after_seconds=1.0):
        shown = run(house).stdout
    assert "A backfill of other days of marrakech is at work." in shown
    assert f"{DAYS_MISSING} days came in." in shown


def test_backfill_given_up_is_told_with_its_reason(house: House, sessions: SessionFactory) -> None:
    run(house, "--no-wait")
    with sessions.begin() as session:
        session.execute(
            update(jobs)
            .where(jobs.c.kind == JobKind.BACKFILL)
            .values(state="running", lease_until=datetime.now(UTC) + timedelta(minutes=1))
        )
    ending = threading.Timer(0.3, _bury, (sessions,))
    ending.start()
    result = run(house)
    ending.join()
    assert isinstance(result.exception, BackfillEnded)
    assert "Given up: HTTP 400" in str(result.exception)


def _bury(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        session.execute(
            update(jobs)
            .where(jobs.c.kind == JobKind.BACKFILL)
            .values(state="dead", last_error="HTTP 400")
        )


def test_site_that_is_not_collected_is_refused(house: House, sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        session.execute(update(sites).values(state="paused"))
    assert isinstance(run(house).exception, BackfillRefused)

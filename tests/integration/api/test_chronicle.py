"""What came of it, read from a real database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from api.answers.problems import RecordUnavailable
from api.record.chronicle import PostgresChronicle
from api.serving.state import Link
from shared.contracts.issuers import Issuer
from shared.contracts.jobs import JobKind
from shared.contracts.queues import Service
from shared.forecasting.variables import Variable
from tests.integration.api.house import House
from tests.support.database import LOGICAL_DATE, SITE_ID, planned, set_job
from tests.support.verifying import DailyRound

LAST_DATE = date(2026, 11, 22)


def now() -> datetime:
    """Return the time of these tests."""
    return datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def link() -> Link:
    """Return what is known of the database: nothing bad."""
    return Link(now)


@pytest.fixture
def chronicle(house: House, link: Link) -> PostgresChronicle:
    """Return the chronicle of the house."""
    return PostgresChronicle(house.sessions, link)


def test_nothing_has_come_of_a_site_without_forecasts(chronicle: PostgresChronicle) -> None:
    assert chronicle.earlier(SITE_ID, LAST_DATE) == {}
    assert not chronicle.verified(SITE_ID, Variable.TEMPERATURE_MAX, LAST_DATE).by_issuer
    work = chronicle.work(SITE_ID)
    assert [backlog.service for backlog in work.backlogs] == [
        Service.COLLECTOR,
        Service.TRAINER,
        Service.REGISTRY_GATE,
    ]
    assert (work.running, work.dead, work.last_runs, work.trained_on) == ([], [], [], None)


def test_what_was_forecast_comes_with_what_came(house: House, chronicle: PostgresChronicle) -> None:
    weather = house.history
    first = weather.last_date - timedelta(days=3)
    daily = DailyRound(house.sessions, weather)
    daily.observe(weather.first_date, first - timedelta(days=1))
    daily.days(first, 4)
    verified = chronicle.verified(SITE_ID, Variable.TEMPERATURE_MAX, first)
    # The first forecast is for the day after the first one that was observed.
    assert len(verified.dates) == 3
    assert Issuer.PERSISTENCE in verified.by_issuer


def test_work_is_told_by_queue_by_worker_and_by_what_was_done(
    house: House, chronicle: PostgresChronicle
) -> None:
    begun, ended = now() - timedelta(minutes=3), now() - timedelta(minutes=1)
    running, dead, done, _queued = (
        planned(house.sessions, kind)
        for kind in (JobKind.TRAIN, JobKind.BACKFILL, JobKind.COLLECT, JobKind.GATE)
    )
    with house.sessions.begin() as session:
        set_job(session, running, state="running", worker="trainer-1", progress="begun")
        set_job(session, dead, state="dead", last_error="HTTP 400", attempts=3, finished_at=ended)
        set_job(session, done, state="done", sent_at=begun, finished_at=ended)
    work = chronicle.work(SITE_ID)
    counted = [(one.queued, one.running, one.dead) for one in work.backlogs]
    assert counted == [(0, 0, 1), (0, 1, 0), (1, 0, 0)]
    assert work.backlogs[2].oldest_at is not None
    assert [(one.worker, one.text) for one in work.running] == [("trainer-1", "begun")]
    assert [(one.worker, one.text, one.attempts) for one in work.dead] == [(None, "HTTP 400", 3)]
    assert [(one.kind, one.took) for one in work.last_runs] == [
        (JobKind.COLLECT, timedelta(minutes=2))
    ]
    assert work.trained_on == LOGICAL_DATE


def test_nobody_waits_for_a_database_that_is_away(chronicle: PostgresChronicle, link: Link) -> None:
    link.failed(ConnectionError("away"))
    with pytest.raises(RecordUnavailable):
        chronicle.work(SITE_ID)

"""Orders on a real database: sites and jobs as the command line writes them."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import update

from api.answers.problems import OrderRefused, RecordUnavailable, SiteNotFound, TaskNotFound
from api.record.postgres_orders import PostgresOrders
from api.record.postgres_record import PostgresRecord
from api.serving.state import Link
from shared.adapters.database import SessionFactory
from shared.adapters.sites import get_site
from shared.adapters.tables import jobs, sites
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance
from shared.contracts.sites import SiteState, new_site

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AGADIR = new_site("Agadir", latitude=30.42, longitude=-9.6, timezone="Africa/Casablanca")


def clock() -> datetime:
    return NOW


@pytest.fixture
def orders(sessions: SessionFactory) -> PostgresOrders:
    return PostgresOrders(sessions, Link(clock), clock)


def test_site_is_added_removed_and_taken_up_again(
    orders: PostgresOrders, sessions: SessionFactory
) -> None:
    assert orders.add_site(AGADIR).state is SiteState.ACTIVE
    with pytest.raises(OrderRefused, match="already"):
        orders.add_site(AGADIR)
    orders.remove_site("agadir")
    with sessions.begin() as session:
        assert get_site(session, "agadir").state is SiteState.REMOVED
    assert orders.add_site(AGADIR).state is SiteState.ACTIVE


def test_work_at_hand_is_joined_and_its_chain_followed(
    orders: PostgresOrders, sessions: SessionFactory
) -> None:
    task = orders.train("marrakech")
    assert orders.train("marrakech") == task
    found = orders.task(task)
    assert (found.kind, found.state, found.is_finished) == (JobKind.TRAIN, "queued", False)
    with sessions.begin() as session:
        session.execute(update(jobs).values(state="done"))
    assert orders.task(task).is_finished
    assert orders.task(task).steps == {"done": 1}
    assert PostgresRecord(sessions).queue_lengths() == {}


def test_collection_is_asked_for_the_last_complete_day(orders: PostgresOrders) -> None:
    task = orders.task(orders.collect("marrakech"))
    assert (task.kind, task.logical_date.isoformat()) == (JobKind.COLLECT, "2026-11-22")


@pytest.mark.parametrize(
    "values", [{"state": SiteState.PAUSED}, {"provenance": Provenance.IMPORTED}]
)
def test_collection_that_cannot_be_is_refused(
    orders: PostgresOrders, sessions: SessionFactory, values: dict[str, str]
) -> None:
    with sessions.begin() as session:
        session.execute(update(sites).values(values))
    with pytest.raises(OrderRefused):
        orders.collect("marrakech")


def test_what_is_not_there_is_not_found(orders: PostgresOrders) -> None:
    for ask in (orders.collect, orders.train, orders.remove_site):
        with pytest.raises(SiteNotFound):
            ask("atlantis")
    with pytest.raises(TaskNotFound):
        orders.task(uuid4())


def test_orders_are_refused_at_once_while_the_database_is_away(sessions: SessionFactory) -> None:
    link = Link(clock)
    link.failed(ConnectionError("gone"))
    with pytest.raises(RecordUnavailable):
        PostgresOrders(sessions, link, clock).train("marrakech")


def test_mark_changes_whenever_a_job_moves(
    orders: PostgresOrders, sessions: SessionFactory
) -> None:
    record = PostgresRecord(sessions)
    marks = [record.jobs_mark()]
    orders.train("marrakech")
    marks.append(record.jobs_mark())
    for values in ({"state": "running", "progress": "1 of 5"}, {"progress": "2 of 5"}):
        with sessions.begin() as session:
            session.execute(update(jobs).values(values))
        marks.append(record.jobs_mark())
    with sessions.begin() as session:
        session.execute(update(jobs).values(state="done", finished_at=NOW))
    marks.append(record.jobs_mark())
    assert len(set(marks)) == len(marks)

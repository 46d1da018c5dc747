"""What the commands read from the database, on a real one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import NullPool, create_engine, update
from sqlalchemy.orm import Session

from local.command.cycle import has_decided, has_ended
from local.command.records import (
    JobUnknown,
    Record,
    champions,
    cycle_jobs,
    decided,
    find_job,
    known_sites,
    unfinished_and_dead_jobs,
)
from local.narration import facts
from shared.adapters.ledger import get_job, plan_job, request_job
from shared.adapters.outbox import record_event
from shared.adapters.sites import add_site
from shared.adapters.tables import jobs
from shared.contracts.events import ObservationsCollected
from shared.contracts.jobs import FIT_KINDS, JobKind
from shared.contracts.sites import DEFAULT_SITE

SITE = DEFAULT_SITE.site_id
TODAY = date(2026, 11, 23)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """Return a transaction on a database with the default site."""
    engine = create_engine(database_url, poolclass=NullPool)
    with Session(engine) as session:
        add_site(session, DEFAULT_SITE)
        yield session


def collected(days: int) -> ObservationsCollected:
    return ObservationsCollected(site_id=SITE, first_date=TODAY, last_date=TODAY, days_changed=days)


def test_new_stack_has_a_site_and_nothing_else(session: Session) -> None:
    (site,) = known_sites(session)
    assert (site["site_id"], site["days"], site["first_date"]) == (SITE, 0, None)
    assert champions(session) == decided(session) == unfinished_and_dead_jobs(session) == []


def test_cycle_is_what_follows_from_one_training(session: Session) -> None:
    training = request_job(session, kind=JobKind.TRAIN, site_id=SITE, logical_date=TODAY)
    parent = get_job(session, training)
    plan_job(session, kind=JobKind.GATE, site_id=SITE, logical_date=TODAY, parent=parent)
    plan_job(session, kind=JobKind.COLLECT, site_id=SITE, logical_date=TODAY)
    found = cycle_jobs(session, training)
    assert [job["kind"] for job in found] == [JobKind.TRAIN, JobKind.GATE]
    assert not has_ended(found, has_winners=False)

    session.execute(update(jobs).where(jobs.c.kind == JobKind.GATE).values(state="done"))
    assert has_decided(cycle_jobs(session, training))


def states_of_cycle(**states: str) -> list[Record]:
    return [{"kind": JobKind(kind.replace("_", "-")), "state": s} for kind, s in states.items()]


def test_cycle_with_a_dead_training_has_ended_without_a_decision(session: Session) -> None:
    training = request_job(session, kind=JobKind.TRAIN, site_id=SITE, logical_date=TODAY)
    session.execute(update(jobs).values(state="dead", last_error="out of luck"))
    found = cycle_jobs(session, training)
    assert has_ended(found, has_winners=False)
    assert not has_decided(found)


def test_cycle_goes_on_without_a_family_that_was_given_up() -> None:
    fits = {"fit_linear_regression": "dead", "fit_random_forest": "done"}
    assert not has_ended(
        states_of_cycle(train="done", **fits, fit_gradient_boosting="running"), has_winners=False
    )
    # All have ended, and the selection is planned within a tick.
    assert not has_ended(
        states_of_cycle(train="done", **fits, fit_gradient_boosting="done"), has_winners=False
    )


def test_cycle_ends_when_no_family_is_left_or_none_has_a_model() -> None:
    fits = dict.fromkeys((kind.replace("-", "_") for kind in FIT_KINDS.values()), "dead")
    assert has_ended(states_of_cycle(train="done", **fits), has_winners=False)
    assert has_ended(states_of_cycle(train="done", select="done"), has_winners=False)


def test_cycle_with_winners_ends_with_the_gate() -> None:
    assert not has_ended(states_of_cycle(train="done", select="done"), has_winners=True)
    assert has_ended(states_of_cycle(train="done", select="done", gate="done"), has_winners=True)


def test_dead_letter_is_found_by_the_beginning_of_its_id(session: Session) -> None:
    training = request_job(session, kind=JobKind.TRAIN, site_id=SITE, logical_date=TODAY)
    with pytest.raises(JobUnknown, match="No given-up job"):
        find_job(session, str(training)[:8])
    session.execute(update(jobs).values(state="dead"))
    assert find_job(session, str(training)[:8]) == training
    plan_job(session, kind=JobKind.COLLECT, site_id=SITE, logical_date=TODAY)
    session.execute(update(jobs).values(state="dead"))
    with pytest.raises(JobUnknown, match="More than one"):
        find_job(session, "")


def test_events_are_told_once_and_none_from_before(session: Session) -> None:
    record_event(session, collected(1), correlation_id=uuid4())
    now = datetime.now(UTC)
    follower = facts.EventFollower(since=now - timedelta(minutes=1))
    late = facts.EventFollower(since=now + timedelta(minutes=1))
    assert [event.data["days_changed"] for event in follower.new(session)] == [1]
    record_event(session, collected(2), correlation_id=uuid4())
    assert [event.data["days_changed"] for event in follower.new(session)] == [2]
    assert late.new(session) == []


def test_jobs_at_work_are_told_before_those_that_wait(session: Session) -> None:
    for kind in (JobKind.TRAIN, JobKind.COLLECT):
        plan_job(session, kind=kind, site_id=SITE, logical_date=TODAY)
    session.execute(update(jobs).where(jobs.c.kind == JobKind.COLLECT).values(state="running"))
    assert [job.kind for job in facts.unfinished(session)] == [JobKind.COLLECT, JobKind.TRAIN]

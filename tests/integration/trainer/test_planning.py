"""What is due: from rows alone, however often it is asked."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from shared.adapters.database import SessionFactory
from shared.adapters.deliveries import handle_owed
from shared.adapters.ledger import Job, plan_job
from shared.adapters.outbox import record_event
from shared.adapters.tables import jobs, sites
from shared.contracts.events import EventType, RetrainingRequested
from shared.contracts.jobs import FIT_KINDS, JobKind
from shared.contracts.queues import Service
from shared.contracts.sites import SiteState
from shared.forecasting.variables import Variable
from tests.support.database import LOGICAL_DATE, SITE_ID, set_job, store_history
from tests.support.weather import made_up_history
from trainer.planning import (
    FEWEST_DAYS,
    plan_due_trainings,
    plan_part,
    plan_ready_selections,
    plan_requested_training,
)

WEEK = timedelta(days=7)
FITS = list(FIT_KINDS.values())


def with_days(sessions: SessionFactory, days: int) -> None:
    with sessions.begin() as session:
        store_history(session, made_up_history(days=days))


def planned_now(sessions: SessionFactory) -> list[str]:
    with sessions.begin() as session:
        return plan_due_trainings(session, retrain_every=WEEK)


def test_site_with_enough_days_is_due_once(sessions: SessionFactory) -> None:
    with_days(sessions, FEWEST_DAYS)
    assert planned_now(sessions) == [SITE_ID]
    assert planned_now(sessions) == []


def test_site_with_too_few_days_is_not_due(sessions: SessionFactory) -> None:
    with_days(sessions, FEWEST_DAYS - 1)
    assert planned_now(sessions) == []


def test_revisions_of_a_day_are_one_day(sessions: SessionFactory) -> None:
    with_days(sessions, FEWEST_DAYS // 2)
    with sessions.begin() as session:
        warmer = made_up_history(days=FEWEST_DAYS // 2)
        changed = {name: column + 1.0 for name, column in warmer.values.items()}
        store_history(session, type(warmer)(warmer.first_date, changed))
    assert planned_now(sessions) == []


@pytest.mark.parametrize(("age", "due"), [(timedelta(days=6), False), (timedelta(days=8), True)])
def test_site_is_due_again_a_week_after_its_last_training(
    sessions: SessionFactory, age: timedelta, *, due: bool
) -> None:
    with_days(sessions, FEWEST_DAYS)
    with sessions.begin() as session:
        plan_job(session, kind=JobKind.TRAIN, site_id=SITE_ID, logical_date=LOGICAL_DATE)
        session.execute(update(jobs).values(created_at=func.now() - age))
    assert planned_now(sessions) == ([SITE_ID] if due else [])


def request_training(sessions: SessionFactory) -> None:
    """Ask for a training as a review does, and let the trainer react as on its tick."""
    asked = RetrainingRequested(
        site_id=SITE_ID,
        variables=(Variable.TEMPERATURE_MAX,),
        asked_by="review",
        reason="The errors of the last 20 days differ.",
    )
    with sessions.begin() as session:
        record_event(session, asked, correlation_id=uuid4())
    handlers = {EventType.RETRAINING_REQUESTED: plan_requested_training}
    assert handle_owed(sessions, Service.TRAINER, handlers) == 1


def trainings(sessions: SessionFactory) -> int:
    statement = select(func.count()).where(jobs.c.kind == JobKind.TRAIN)
    with sessions.begin() as session:
        return session.execute(statement).scalar_one()


def test_requested_training_is_planned_before_its_turn_and_joins_one_at_work(
    sessions: SessionFactory,
) -> None:
    with_days(sessions, FEWEST_DAYS)
    planned_now(sessions)
    request_training(sessions)
    assert trainings(sessions) == 1
    with sessions.begin() as session:
        session.execute(update(jobs).values(state="done"))
    request_training(sessions)
    assert trainings(sessions) == 2


def test_paused_site_is_not_trained_on_request(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        session.execute(update(sites).values(state=SiteState.PAUSED))
    request_training(sessions)
    assert trainings(sessions) == 0


def test_training_that_came_to_nothing_is_made_up_for_the_day_after(
    sessions: SessionFactory,
) -> None:
    with_days(sessions, FEWEST_DAYS)
    with sessions.begin() as session:
        plan_job(session, kind=JobKind.TRAIN, site_id=SITE_ID, logical_date=date(2000, 1, 1))
        session.execute(update(jobs).values(state="done"))
    assert planned_now(sessions) == [SITE_ID]


def training_with_fits(sessions: SessionFactory, *states: str) -> dict[JobKind, UUID]:
    """Plan a training that has been split into its families, whose jobs are in these states."""
    with sessions.begin() as session:
        training_id = plan_job(
            session, kind=JobKind.TRAIN, site_id=SITE_ID, logical_date=LOGICAL_DATE, run=2
        )
        assert training_id is not None
        training = Job(training_id, JobKind.TRAIN, SITE_ID, LOGICAL_DATE, run=2)
        set_job(session, training_id, state="done", correlation_id=training.correlation_id)
        for kind, state in zip(FITS, states, strict=True):
            plan_part(session, kind, training)
            session.execute(update(jobs).where(jobs.c.kind == kind).values(state=state))
        rows = session.execute(select(jobs.c.kind, jobs.c.job_id)).all()
    return {JobKind(row.kind): row.job_id for row in rows}


def selections(sessions: SessionFactory, finishing: UUID | None = None) -> int:
    """Plan what is ready, twice, and return how many selections there are."""
    for _ in range(2):
        with sessions.begin() as session:
            plan_ready_selections(session, finishing=finishing)
    with sessions.begin() as session:
        statement = select(func.count()).where(jobs.c.kind == JobKind.SELECT)
        return int(session.execute(statement).scalar_one())


@pytest.mark.parametrize(
    ("states", "ready"),
    [
        (("done", "done", "done"), True),
        (("done", "done", "running"), False),
        (("done", "queued", "done"), False),
        (("done", "dead", "done"), True),  # the others compete without the dead family
        (("dead", "dead", "dead"), False),
    ],
)
def test_selection_is_due_once_every_family_has_ended(
    sessions: SessionFactory, states: tuple[str, str, str], *, ready: bool
) -> None:
    training_with_fits(sessions, *states)
    assert selections(sessions) == int(ready)


def test_last_family_to_end_plans_the_selection_in_its_own_transaction(
    sessions: SessionFactory,
) -> None:
    ids = training_with_fits(sessions, "done", "running", "done")
    assert selections(sessions, finishing=ids[FITS[1]]) == 1


def test_first_family_to_end_does_not(sessions: SessionFactory) -> None:
    ids = training_with_fits(sessions, "running", "running", "done")
    assert selections(sessions, finishing=ids[FITS[0]]) == 0


def test_selection_belongs_to_its_training(sessions: SessionFactory) -> None:
    ids = training_with_fits(sessions, "done", "done", "done")
    selections(sessions)
    with sessions.begin() as session:
        rows = {row.kind: row for row in session.execute(select(jobs))}
    selection, training = rows[JobKind.SELECT], rows[JobKind.TRAIN]
    assert selection.parent_id == ids[JobKind.TRAIN]
    assert (selection.logical_date, selection.run) == (LOGICAL_DATE, 2)
    assert selection.correlation_id == training.correlation_id

"""Reviews on a real database: what is wrong is noticed, and mended without a person."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row, select

from shared.adapters.database import SessionFactory
from shared.adapters.tables import decisions, events
from shared.adapters.verification_tables import reviews
from shared.contracts.events import EventType
from shared.forecasting.variables import Variable
from tests.integration.registry_gate.candidacies import champion_of, decide
from tests.support.database import sessions_on
from tests.support.models import make_artifact, make_cases
from tests.support.trainings import add_candidate, add_training
from tests.support.verifying import DailyRound
from tests.support.weather import made_up_history

WEATHER = made_up_history()
START = WEATHER.last_date - timedelta(days=25)
VARIABLE = Variable.TEMPERATURE_MAX


@pytest.fixture
def sessions(database_url: str) -> Iterator[SessionFactory]:
    with sessions_on(database_url) as factory:
        yield factory


@pytest.fixture
def daily(sessions: SessionFactory) -> DailyRound:
    found = DailyRound(sessions, WEATHER)
    found.observe(WEATHER.first_date, START - timedelta(days=1))
    return found


def promote(daily: DailyRound, *, run: int, constant: float = 0.0) -> UUID:
    """Promote a model that adds a constant to damped persistence."""
    history = WEATHER.until(START - timedelta(days=1))
    digest = daily.artifacts.add(make_artifact(history, VARIABLE, constant=constant))
    with daily.sessions.begin() as session:
        candidate_id = add_candidate(
            session,
            training_id=add_training(session, logical_date=START, run=run),
            variable=VARIABLE,
            artifact_sha256=digest,
            cases=make_cases(history, VARIABLE),
            train_cutoff=START,
        )
        decide(session, candidate_id, variable=VARIABLE)
    return candidate_id


def live(daily: DailyRound, first: date, n_days: int) -> None:
    """Let days pass: observed, verified, reviewed, forecast."""
    for number in range(n_days):
        day = first + timedelta(days=number)
        daily.observe(day, day)
        daily.verify()
        daily.review()
        daily.issue(day + timedelta(days=1))


def rows(sessions: SessionFactory, statement: Any) -> list[Row[Any]]:  # noqa: ANN401 - any query
    with sessions.begin() as session:
        return list(session.execute(statement).all())


def told(sessions: SessionFactory, kind: EventType) -> list[dict[str, Any]]:
    statement = select(events.c.data).where(events.c.type == kind).order_by(events.c.position)
    return [row.data for row in rows(sessions, statement)]


def test_champion_worse_than_the_one_before_it_is_taken_back_within_ten_days(
    daily: DailyRound,
) -> None:
    good = promote(daily, run=0)
    live(daily, START, 3)
    promote(daily, run=1, constant=9.0)
    live(daily, START + timedelta(days=3), 11)
    assert champion_of(daily.sessions) == good
    (taken_back,) = told(daily.sessions, EventType.MODEL_ROLLED_BACK)
    assert taken_back["asked_by"] == "review"
    assert "chance explains" in taken_back["reason"]
    (decision,) = rows(daily.sessions, select(decisions).where(decisions.c.kind == "rollback"))
    assert decision.evidence["standings"]["previous"]["is_beaten"]
    outcomes = rows(
        daily.sessions,
        select(reviews.c.outcome, reviews.c.review_date)
        .where(reviews.c.variable == VARIABLE)
        .order_by(reviews.c.review_date),
    )
    assert [row.outcome for row in outcomes].count("roll_back") == 1


def test_after_a_rollback_a_training_is_asked_for_instead_of_another(daily: DailyRound) -> None:
    promote(daily, run=0, constant=0.0)
    live(daily, START, 3)
    promote(daily, run=1, constant=9.0)
    live(daily, START + timedelta(days=3), 9)
    again = promote(daily, run=2, constant=9.0)
    live(daily, START + timedelta(days=12), 9)
    assert champion_of(daily.sessions) == again  # the cool-down is not over
    (request,) = told(daily.sessions, EventType.RETRAINING_REQUESTED)
    assert request["variables"] == [VARIABLE]
    assert "may not be rolled back now" in request["reason"]


def test_champion_without_reproach_is_fine_every_day(daily: DailyRound) -> None:
    champion = promote(daily, run=0)
    live(daily, START, 6)
    found = rows(daily.sessions, select(reviews).where(reviews.c.variable == VARIABLE))
    assert {row.outcome for row in found} == {"fine"}
    assert {row.candidate_id for row in found} == {champion}
    assert len({row.review_date for row in found}) == len(found)
    assert told(daily.sessions, EventType.MODEL_ROLLED_BACK) == []


def test_variable_without_champion_is_not_reviewed(daily: DailyRound) -> None:
    live(daily, START, 3)
    assert rows(daily.sessions, select(reviews)) == []


def test_champion_that_has_just_been_promoted_is_not_taken_for_silent(daily: DailyRound) -> None:
    promote(daily, run=0)
    live(daily, START, 7)
    second = promote(daily, run=1, constant=0.1)
    live(daily, START + timedelta(days=7), 8)
    assert champion_of(daily.sessions) == second
    assert {row.outcome for row in rows(daily.sessions, select(reviews))} == {"fine"}


def test_champion_that_makes_no_forecasts_is_taken_back_within_ten_days(daily: DailyRound) -> None:
    good = promote(daily, run=0)
    live(daily, START, 7)
    promote(daily, run=1, constant=0.1)
    daily.artifacts.by_digest.popitem()  # damaged in the store, after the gate had seen it
    live(daily, START + timedelta(days=7), 10)
    assert champion_of(daily.sessions) == good
    (taken_back,) = told(daily.sessions, EventType.MODEL_ROLLED_BACK)
    assert "makes no forecasts" in taken_back["reason"]

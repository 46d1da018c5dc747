"""Taking a champion back: a new epoch, a decision with its evidence, and an event."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError

from registry_gate.rollback import roll_back, roll_back_as_asked
from shared.adapters.asking import ask_for_rollback
from shared.adapters.database import SessionFactory
from shared.adapters.outbox import to_event
from shared.adapters.runner import JobRunner, Outcome
from shared.adapters.tables import decisions, events, promotions
from shared.contracts.events import ModelRolledBack
from shared.errors import DecisionRefused
from tests.integration.registry_gate.candidacies import VARIABLE, champion_of, decide, promoted
from tests.support.database import SITE_ID, job_row


def take_back(sessions: SessionFactory, to: UUID | None = None) -> None:
    with sessions.begin() as session:
        roll_back(session, SITE_ID, VARIABLE, to=to, asked_by="review", reason="It does worse.")


def last(sessions: SessionFactory, table: Any, by: Any) -> Row[Any]:  # noqa: ANN401 - any table
    with sessions.begin() as session:
        return session.execute(select(table).order_by(by.desc()).limit(1)).one()


def test_champion_before_serves_again_under_a_new_epoch(sessions: SessionFactory) -> None:
    first, second = promoted(sessions, 2)
    with sessions.begin() as session:
        decision_id = roll_back(
            session,
            SITE_ID,
            VARIABLE,
            asked_by="review",
            reason="It does worse.",
            evidence={"days": 10},
        )
    assert champion_of(sessions) == first
    promotion = last(sessions, promotions, promotions.c.epoch)
    assert (promotion.kind, promotion.previous_candidate_id) == ("rollback", second)
    decision = last(sessions, decisions, decisions.c.decided_at)
    assert (decision.decision_id, decision.outcome) == (decision_id, "roll_back")
    assert (decision.asked_by, decision.evidence) == ("review", {"days": 10})
    assert to_event(last(sessions, events, events.c.position)).fact() == ModelRolledBack(
        site_id=SITE_ID,
        variable=VARIABLE,
        candidate_id=first,
        rolled_back_candidate_id=second,
        epoch=promotion.epoch,
        asked_by="review",
        reason="It does worse.",
    )


def test_going_back_twice_goes_two_steps_back(sessions: SessionFactory) -> None:
    first, *_ = promoted(sessions, 3)
    take_back(sessions)
    take_back(sessions)
    assert champion_of(sessions) == first
    with pytest.raises(DecisionRefused, match="no earlier champion"):
        take_back(sessions)


def test_named_champion_of_long_ago_serves_again(sessions: SessionFactory) -> None:
    first, second, third = promoted(sessions, 3)
    take_back(sessions, to=first)
    assert champion_of(sessions) == first
    for taken_back in (second, third):
        with pytest.raises(DecisionRefused, match="no earlier champion"):
            take_back(sessions, to=taken_back)


def test_present_champion_is_nothing_to_go_back_to(sessions: SessionFactory) -> None:
    _, second = promoted(sessions, 2)
    with pytest.raises(DecisionRefused, match=r"is the champion of .* already"):
        take_back(sessions, to=second)


def test_two_who_go_back_at_the_same_time_go_one_after_the_other(
    sessions: SessionFactory,
) -> None:
    candidates = promoted(sessions, 3)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: take_back(sessions), range(2)))
    assert champion_of(sessions) == candidates[0]
    with sessions.begin() as session:
        rows = session.execute(select(promotions).order_by(promotions.c.epoch)).all()
    assert [row.previous_candidate_id for row in rows[1:]] == [
        row.candidate_id for row in rows[:-1]
    ]


def asked_for(sessions: SessionFactory) -> UUID:
    with sessions.begin() as session:
        return ask_for_rollback(
            session, SITE_ID, VARIABLE, asked_by="ada", reason="The heat of August."
        )


def test_person_who_asks_twice_goes_one_step_back(sessions: SessionFactory) -> None:
    _, second, _ = promoted(sessions, 3)
    asked = asked_for(sessions)
    assert asked_for(sessions) == asked
    runner = JobRunner(sessions, worker="test", after_commit=lambda: None)
    assert runner.run(asked, roll_back_as_asked) is Outcome.DONE
    assert champion_of(sessions) == second
    decision = last(sessions, decisions, decisions.c.decided_at)
    assert (decision.asked_by, decision.job_id) == ("ada", asked)


def test_what_cannot_be_done_is_refused_at_once(sessions: SessionFactory) -> None:
    promoted(sessions, 1)
    with pytest.raises(DecisionRefused, match="no earlier champion"):
        asked_for(sessions)


def test_what_became_impossible_meanwhile_is_given_up_with_its_reason(
    sessions: SessionFactory,
) -> None:
    _, second = promoted(sessions, 2)
    asked = asked_for(sessions)
    take_back(sessions)
    runner = JobRunner(sessions, worker="test", after_commit=lambda: None)
    assert runner.run(asked, roll_back_as_asked) is Outcome.DEAD
    assert "no earlier champion" in job_row(sessions, asked).last_error
    assert second is not None


def test_candidate_that_was_taken_back_is_not_judged_again(sessions: SessionFactory) -> None:
    first, second = promoted(sessions, 2)
    take_back(sessions)
    with (
        pytest.raises(IntegrityError, match="uq_decisions_candidate_id_kind"),
        sessions.begin() as session,
    ):
        decide(session, second)
    assert champion_of(sessions) == first

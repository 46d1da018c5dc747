"""The gate on a real database: one decision a candidate, one champion at a time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row, select

from registry_gate.criteria import CRITERIA
from registry_gate.decide import Gate, plan_due_decisions
from registry_gate.terms import Thresholds
from shared.adapters.artifacts import Artifact
from shared.adapters.database import SessionFactory
from shared.adapters.promotions import current_champion
from shared.adapters.runner import JobRunner, Outcome
from shared.adapters.tables import decisions, events, jobs, promotions
from shared.contracts.jobs import JobKind
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.support.database import SITE_ID, sessions_on, store_history
from tests.support.models import make_artifact, make_cases, make_deviating_artifact
from tests.support.trainings import FakeArtifacts, add_candidate, add_training
from tests.support.weather import made_up_history

VARIABLE = Variable.TEMPERATURE_MAX
FIRST_TRAINING = date(2026, 11, 8)


@pytest.fixture(scope="module")
def history() -> DailyHistory:
    return made_up_history()


@pytest.fixture
def sessions(database_url: str, history: DailyHistory) -> Iterator[SessionFactory]:
    with sessions_on(database_url) as factory:
        with factory.begin() as session:
            store_history(session, history)
        yield factory


class House:
    """The gate with a history, artifacts in memory, and a training at hand."""

    def __init__(self, sessions: SessionFactory, history: DailyHistory) -> None:
        self.sessions = sessions
        self.history = history
        self.artifacts = FakeArtifacts()
        self.gate = Gate(sessions, self.artifacts, Thresholds())

    def train(
        self,
        week: int,
        *,
        error_scale: float,
        artifact: Artifact | None = None,
        beside_champion: bool = True,
    ) -> UUID:
        """Register a candidate whose backtest errors are scaled; return its id."""
        day = FIRST_TRAINING + timedelta(weeks=week)
        digest = self.artifacts.add(artifact or make_artifact(self.history, VARIABLE))
        with self.sessions.begin() as session:
            champion = current_champion(session, SITE_ID, VARIABLE)
            knows_champion = champion is not None and beside_champion
            return add_candidate(
                session,
                training_id=add_training(session, logical_date=day),
                variable=VARIABLE,
                artifact_sha256=digest,
                cases=make_cases(self.history, VARIABLE, error_scale=error_scale),
                train_cutoff=day,
                champion=champion.candidate_id if champion and knows_champion else None,
                champion_cases=make_cases(self.history, VARIABLE) if knows_champion else None,
            )

    def plan(self) -> list[UUID]:
        with self.sessions.begin() as session:
            plan_due_decisions(session)
            gate_jobs = select(jobs.c.job_id).where(
                jobs.c.kind == JobKind.GATE, jobs.c.state == "queued"
            )
            return list(session.execute(gate_jobs).scalars())

    def run(self, job_id: UUID) -> Outcome:
        runner = JobRunner(self.sessions, worker="test", after_commit=lambda: None)
        return runner.run(job_id, self.gate.decide)

    def decide(self) -> None:
        for job_id in self.plan():
            assert self.run(job_id) is Outcome.DONE

    def champion(self) -> UUID | None:
        with self.sessions.begin() as session:
            found = current_champion(session, SITE_ID, VARIABLE)
        return found.candidate_id if found else None

    def rows(self, table: Any) -> list[Row[Any]]:  # noqa: ANN401 - any table
        with self.sessions.begin() as session:
            return list(session.execute(select(table)).all())


@pytest.fixture
def house(sessions: SessionFactory, history: DailyHistory) -> House:
    return House(sessions, history)


def test_first_good_candidate_becomes_champion_with_decision_and_event(house: House) -> None:
    candidate_id = house.train(0, error_scale=0.9)
    house.decide()
    assert house.champion() == candidate_id
    (decision,) = house.rows(decisions)
    assert decision.outcome == "promote"
    alone = [row.name for row in CRITERIA if not row.applies.name.endswith(("PAIRED", "CHAMPION"))]
    assert [finding["criterion"] for finding in decision.criteria] == alone
    (event,) = house.rows(events)
    assert event.type == "model.promoted"
    assert event.data["decision_id"] == str(decision.decision_id)
    (training,) = [job for job in house.rows(jobs) if job.kind == JobKind.TRAIN]
    assert event.correlation_id == training.correlation_id


def test_better_candidate_replaces_the_champion_and_names_it(house: House) -> None:
    first = house.train(0, error_scale=1.0)
    house.decide()
    second = house.train(1, error_scale=0.9)
    house.decide()
    assert house.champion() == second
    assert house.rows(promotions)[-1].previous_candidate_id == first


def test_equal_candidate_does_not_replace_the_champion(house: House) -> None:
    first = house.train(0, error_scale=1.0)
    house.decide()
    house.train(1, error_scale=0.99)
    house.decide()
    assert house.champion() == first
    assert [row.outcome for row in house.rows(decisions)] == ["promote", "inconclusive"]
    assert house.rows(events)[-1].type == "candidate.rejected"


def test_candidate_not_tested_beside_the_champion_changes_nothing(house: House) -> None:
    first = house.train(0, error_scale=1.0)
    house.decide()
    house.train(1, error_scale=0.5, beside_champion=False)
    house.decide()
    assert house.champion() == first


def test_artifact_that_does_not_answer_like_its_fitted_model_is_rejected(house: House) -> None:
    house.train(0, error_scale=0.9, artifact=make_deviating_artifact(house.history, VARIABLE))
    house.decide()
    (decision,) = house.rows(decisions)
    assert decision.outcome == "reject"
    assert "off its smoke test" in decision.reason
    assert house.champion() is None


def test_damaged_artifact_is_rejected_and_holds_up_nothing_else(house: House) -> None:
    house.train(0, error_scale=0.9)
    house.artifacts.by_digest.clear()
    house.decide()
    (decision,) = house.rows(decisions)
    assert decision.outcome == "reject"
    assert "There is no artifact" in decision.reason


def test_absent_registry_is_no_decision_but_a_failed_attempt(house: House) -> None:
    house.train(0, error_scale=0.9)
    house.artifacts.is_away = True
    (job_id,) = house.plan()
    assert house.run(job_id) is Outcome.WILL_RETRY
    assert house.rows(decisions) == []


def test_candidate_is_decided_about_once(house: House) -> None:
    house.train(0, error_scale=0.9)
    house.decide()
    assert house.plan() == []
    assert len(house.rows(decisions)) == 1


def test_second_gate_worker_changes_nothing(house: House) -> None:
    house.train(0, error_scale=0.9)
    (job_id,) = house.plan()
    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(lambda _: house.run(job_id), range(4)))
    assert outcomes == [Outcome.DONE, *[Outcome.NOTHING_TO_DO] * 3]
    assert len(house.rows(promotions)) == 1


def test_racing_decisions_about_one_variable_do_not_both_see_no_champion(house: House) -> None:
    house.train(0, error_scale=1.0)
    house.train(1, error_scale=0.9)
    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(house.run, house.plan()))
    # Whoever came second judged against no champion: void, and judged again later.
    assert outcomes in ([Outcome.DONE, Outcome.WILL_RETRY], [Outcome.DONE, Outcome.DONE])
    made = house.rows(promotions)
    assert [row.previous_candidate_id for row in made] == [
        None,
        *[row.candidate_id for row in made[:-1]],
    ]


def test_epochs_only_grow(house: House) -> None:
    for week, scale in enumerate((1.0, 0.9, 0.8)):
        house.train(week, error_scale=scale)
        house.decide()
    epochs = [row.epoch for row in house.rows(promotions)]
    assert epochs == sorted(set(epochs))
    assert len(epochs) == 3

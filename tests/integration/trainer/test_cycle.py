"""A training from its job to registered candidates, on a real ledger."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
import optuna
import pytest
from sqlalchemy import Row, insert, select, update

from shared.adapters.database import SessionFactory
from shared.adapters.ledger import Job, request_job
from shared.adapters.runner import JobRunner, Outcome, Work
from shared.adapters.tables import candidates, contenders, events, jobs, promotions
from shared.contracts.events import EventType
from shared.contracts.jobs import FIT_KINDS, JobKind
from shared.forecasting.cases import PairedCases
from shared.forecasting.families import Family
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.support.database import LOGICAL_DATE, SITE_ID, planned, sessions_on, store_history
from tests.support.tracking import FakeTracker
from tests.support.weather import made_up_history
from trainer.contest import Contest
from trainer.fitting import FamilyFitter
from trainer.inputs import InputsLoader
from trainer.planning import plan_help
from trainer.selection import Weights
from trainer.training import TrainingStarter
from trainer.tuning import Budget, Tuner

MAXIMUM, MINIMUM = Variable.TEMPERATURE_MAX, Variable.TEMPERATURE_MIN
# Two variables of the five: a site that has no more is trained for what it has.
HISTORY = made_up_history(days=420)
HISTORY = DailyHistory(HISTORY.first_date, {v: HISTORY.column(v) for v in (MAXIMUM, MINIMUM)})


@dataclass
class TrainerUnderTest:
    """The trainer's use cases, run by the ledger, with everything outside it faked."""

    sessions: SessionFactory
    tracker: FakeTracker = field(default_factory=FakeTracker)
    studies: optuna.storages.BaseStorage = field(default_factory=optuna.storages.InMemoryStorage)

    @cached_property
    def fitter(self) -> FamilyFitter:
        tuner = Tuner(lambda: self.studies, Budget(trials=2, seconds=60.0), seed=1)
        return FamilyFitter(
            self.sessions,
            InputsLoader(self.sessions, timedelta(days=1000)),
            self.tracker,
            tuner,
            seed=1,
            git_commit="test",
            ask_for_help=self._plan_help,
        )

    def _plan_help(self, fit: Job) -> None:
        with self.sessions.begin() as session:
            plan_help(session, fit)

    @property
    def contest(self) -> Contest:
        return Contest(
            self.sessions, self.tracker, Weights(), seed=1, remove_studies=lambda _today: None
        )

    def work(self, kind: JobKind) -> Work:
        if kind is JobKind.TRAIN:
            return TrainingStarter(self.sessions, self.tracker).start
        if kind is JobKind.TUNE:
            return self.fitter.help_tuning
        if kind is JobKind.SELECT:
            return self.contest.select
        return self.fitter.fit

    def run(self, kind: JobKind) -> Outcome:
        """Run the jobs of a kind that wait; return what became of all of them."""
        with self.sessions.begin() as session:
            waiting = select(jobs.c.job_id).where(jobs.c.kind == kind, jobs.c.state == "queued")
            job_ids = session.execute(waiting.order_by(jobs.c.created_at)).scalars().all()
        runner = JobRunner(self.sessions, worker="test", after_commit=lambda: None)
        (outcome,) = {runner.run(job_id, self.work(kind)) for job_id in job_ids}
        return outcome

    def train(self) -> UUID:
        """Do a whole training and return its id."""
        with self.sessions.begin() as session:
            training_id = request_job(
                session, kind=JobKind.TRAIN, site_id=SITE_ID, logical_date=LOGICAL_DATE
            )
        for kind in (JobKind.TRAIN, *FIT_KINDS.values(), JobKind.SELECT):
            assert self.run(kind) is Outcome.DONE
        return training_id

    def rows(self, table: Any, **values: object) -> list[Row[Any]]:  # noqa: ANN401 - a table
        """Return the rows of a table with these values."""
        with self.sessions.begin() as session:
            return list(session.execute(select(table).filter_by(**values)))


@dataclass
class Trained:
    """A trainer after its first training."""

    trainer: TrainerUnderTest
    training_id: UUID


@pytest.fixture(scope="module")
def trained(module_database_url: str) -> Iterator[Trained]:
    """Do one training that the tests of this module look at."""
    with sessions_on(module_database_url) as sessions:
        with sessions.begin() as session:
            store_history(session, HISTORY)
        trainer = TrainerUnderTest(sessions)
        yield Trained(trainer, trainer.train())


def test_every_family_contends_for_every_variable_the_site_has(trained: Trained) -> None:
    rows = trained.trainer.rows(contenders, training_id=trained.training_id)
    assert {(row.variable, row.family) for row in rows} == {
        (variable.value, family.value) for variable in (MAXIMUM, MINIMUM) for family in Family
    }
    for row in rows:
        assert row.data_hash == HISTORY.content_hash()
        assert row.metrics["completeness"] == 1.0
        assert PairedCases.from_npz(row.cases).metrics()["rmse"] == row.metrics["rmse"]
        recorded = trained.trainer.tracker.records[row.mlflow_run_id]
        assert row.artifact_sha256 == recorded.artifact.sha256
        assert row.training_seconds > 0.0
        assert row.champion_cases is None


def test_the_winner_of_each_contest_is_registered_with_the_whole_ranking(trained: Trained) -> None:
    rows = trained.trainer.rows(candidates, training_id=trained.training_id)
    assert {row.variable for row in rows} == {MAXIMUM, MINIMUM}
    for row in rows:
        winner, *others = row.contest
        assert (winner["family"], winner["score"]) == (row.family, row.score)
        assert len(others) == len(Family) - 1
        assert others == sorted(others, key=lambda entry: entry["score"], reverse=True)
        assert (row.mlflow_model, row.mlflow_version) == (f"{SITE_ID}.{row.variable}", "1")


def test_every_candidate_is_announced_in_the_chain_of_its_training(trained: Trained) -> None:
    announced = trained.trainer.rows(events, type=EventType.CANDIDATE_REGISTERED)
    [training] = trained.trainer.rows(jobs, job_id=trained.training_id)
    kept = trained.trainer.rows(candidates, training_id=trained.training_id)
    assert {event.data["candidate_id"] for event in announced} == {
        str(row.candidate_id) for row in kept
    }
    assert {event.correlation_id for event in announced} == {training.correlation_id}


def test_run_of_the_training_is_closed_with_what_came_of_it(trained: Trained) -> None:
    summary = trained.trainer.tracker.closed[trained.training_id]
    rows = trained.trainer.rows(candidates, training_id=trained.training_id)
    for row in rows:
        assert summary.metrics[f"score_{row.variable}"] == row.score
        assert summary.tags[f"climate.winner.{row.variable}"] == f"{row.family} (version 1)"
        assert summary.contests[Variable(row.variable)] == row.contest
        assert sum(entry["wins"] for entry in row.contest) == pytest.approx(1.0)


def test_work_done_again_is_not_doubled(trained: Trained) -> None:
    trainer = trained.trainer
    before = {table: len(trainer.rows(table)) for table in (contenders, candidates, events)}
    with trainer.sessions.begin() as session:
        again = (JobKind.FIT_LINEAR_REGRESSION, JobKind.SELECT)
        session.execute(update(jobs).where(jobs.c.kind.in_(again)).values(state="queued"))
    assert trainer.run(JobKind.FIT_LINEAR_REGRESSION) is Outcome.DONE
    assert trainer.run(JobKind.SELECT) is Outcome.DONE
    assert {table: len(trainer.rows(table)) for table in before} == before
    assert len(trainer.tracker.records) == 6
    assert all(len(runs) == 1 for runs in trainer.tracker.versions.values())


def test_champion_is_backtested_on_the_cases_of_its_challengers(trained: Trained) -> None:
    # The forerunner's gate never saw the production model.
    trainer = trained.trainer
    [champion] = trainer.rows(candidates, training_id=trained.training_id, variable=MAXIMUM)
    with trainer.sessions.begin() as session:
        session.execute(
            insert(promotions).values(
                site_id=SITE_ID,
                variable=MAXIMUM,
                candidate_id=champion.candidate_id,
                kind="promote",
            )
        )
    later = trainer.train()
    rows = trainer.rows(contenders, training_id=later, variable=MAXIMUM)
    [of_its_family] = [row for row in rows if row.family == champion.family]
    assert of_its_family.champion_candidate_id == champion.candidate_id
    champion_cases = PairedCases.from_npz(of_its_family.champion_cases)
    for row in rows:
        cases = PairedCases.from_npz(row.cases)
        np.testing.assert_array_equal(cases.reference_dates, champion_cases.reference_dates)
        np.testing.assert_array_equal(cases.observed, champion_cases.observed)
    others = [row for row in rows if row.family != champion.family]
    assert all(row.champion_cases is None for row in others)


def test_families_compete_on_the_observations_known_at_the_start(
    sessions: SessionFactory,
) -> None:
    with sessions.begin() as session:
        store_history(session, HISTORY)
    trainer = TrainerUnderTest(sessions)
    with sessions.begin() as session:
        request_job(session, kind=JobKind.TRAIN, site_id=SITE_ID, logical_date=LOGICAL_DATE)
    trainer.run(JobKind.TRAIN)
    with sessions.begin() as session:
        warmer = {name: column + 5.0 for name, column in HISTORY.values.items()}
        store_history(session, DailyHistory(HISTORY.first_date, warmer))
    trainer.run(JobKind.FIT_LINEAR_REGRESSION)
    assert {row.data_hash for row in trainer.rows(contenders)} == {HISTORY.content_hash()}


def test_a_site_that_ended_long_ago_is_trained_on_its_last_years(
    sessions: SessionFactory,
) -> None:
    with sessions.begin() as session:
        store_history(session, DailyHistory(date(1990, 1, 1), HISTORY.values))
    trainer = TrainerUnderTest(sessions)
    with sessions.begin() as session:
        request_job(session, kind=JobKind.TRAIN, site_id=SITE_ID, logical_date=LOGICAL_DATE)
    trainer.run(JobKind.TRAIN)
    trainer.run(JobKind.FIT_LINEAR_REGRESSION)
    assert {row.variable for row in trainer.rows(contenders)} == {MAXIMUM, MINIMUM}


def test_a_site_with_too_little_data_is_done_without_contenders(sessions: SessionFactory) -> None:
    with sessions.begin() as session:
        store_history(session, made_up_history(days=150))
    trainer = TrainerUnderTest(sessions)
    trainer.train()
    assert trainer.rows(contenders) == trainer.rows(candidates) == []


def test_a_site_without_observations_is_given_up_at_once_with_a_sentence(
    sessions: SessionFactory,
) -> None:
    trainer = TrainerUnderTest(sessions)
    planned(sessions, JobKind.TRAIN)
    assert trainer.run(JobKind.TRAIN) is Outcome.DONE
    assert trainer.run(JobKind.FIT_LINEAR_REGRESSION) is Outcome.DEAD
    fits = trainer.rows(jobs, kind=JobKind.FIT_LINEAR_REGRESSION)
    assert all("There are no observations" in fit.last_error for fit in fits)

"""Studies in PostgreSQL: several trainers share them, and any of them may die in a trial."""

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date

import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState
from sqlalchemy import text

from tests.support.servers import new_database
from tests.support.stack import eventually
from tests.support.studies import (
    METHOD,
    STUDY,
    TRIALS,
    errors,
    hang_in_trial,
    help_once_begun,
    tune,
    tuner,
)
from trainer.modelling.families import Hyperparameters
from trainer.tuning import Tuned, open_postgres_storage
from trainer.tuning.pruning import POINT

AN_HOUR_AGO = "update trial_heartbeats set heartbeat = heartbeat - interval '1 hour'"
SPAWN = multiprocessing.get_context("spawn")


@contextmanager
def storage_at(url: str) -> Iterator[optuna.storages.RDBStorage]:
    """Open the studies' database as somebody who looks on."""
    storage = open_postgres_storage(url)
    try:
        yield storage
    finally:
        storage.engine.dispose()


def trials_by_point(storage: optuna.storages.RDBStorage) -> Counter[int]:
    """Return how often each point was tried to an end."""
    study = optuna.load_study(study_name=STUDY, storage=storage)
    ended = study.get_trials(states=(TrialState.COMPLETE, TrialState.PRUNED))
    return Counter(trial.user_attrs[POINT] for trial in ended)


def heartbeats(storage: optuna.storages.RDBStorage) -> int:
    """Return how many trials have given a sign of life."""
    with storage.engine.connect() as connection:
        return int(connection.execute(text("select count(*) from trial_heartbeats")).scalar_one())


@pytest.fixture(scope="module")
def alone(postgres_url: str) -> Tuned:
    """Return what one trainer makes of the study, undisturbed."""
    with new_database(postgres_url) as url:
        return tune(url)


def assert_same(outcome: Tuned, alone: Tuned) -> None:
    assert outcome.hyperparameters == alone.hyperparameters
    assert (outcome.trials, outcome.pruned) == (alone.trials, alone.pruned)


def test_trainers_that_start_together_find_the_tables_made(optuna_url: str) -> None:
    with ThreadPoolExecutor() as trainers:
        storages = list(trainers.map(open_postgres_storage, [optuna_url] * 3))
    for storage in storages:
        storage.engine.dispose()


def test_two_trainers_share_a_study_and_come_to_the_same(optuna_url: str, alone: Tuned) -> None:
    begun, helping = SPAWN.Event(), SPAWN.Event()
    helper = SPAWN.Process(target=help_once_begun, args=(optuna_url, begun, helping))
    helper.start()
    own: list[Hyperparameters] = []

    def told(chosen: Hyperparameters) -> Iterator[float]:
        own.append(chosen)
        begun.set()
        assert helping.wait(60)
        yield from errors(chosen)

    outcome = tuner(optuna_url).tune(STUDY, METHOD, told)
    helper.join(60)
    assert helper.exitcode == 0
    assert 0 < len(own) < TRIALS
    assert_same(outcome, alone)
    with storage_at(optuna_url) as storage:
        assert trials_by_point(storage) == dict.fromkeys(range(TRIALS), 1)


@pytest.mark.parametrize("place", [1, 4])
def test_trial_of_a_killed_trainer_is_tried_again_and_the_outcome_is_the_same(
    optuna_url: str, alone: Tuned, place: int
) -> None:
    hanging = SPAWN.Event()
    dying = SPAWN.Process(target=hang_in_trial, args=(optuna_url, place, hanging))
    dying.start()
    assert hanging.wait(60)
    with storage_at(optuna_url) as storage:
        eventually(lambda: heartbeats(storage), what="the heartbeat of the trial", within=20)
        dying.kill()
        dying.join(60)
        with storage.engine.begin() as connection:  # instead of waiting for it
            connection.execute(text(AN_HOUR_AGO))
        assert_same(tune(optuna_url), alone)
        assert trials_by_point(storage) == dict.fromkeys(range(TRIALS), 1)
        study = optuna.load_study(study_name=STUDY, storage=storage)
        (killed,) = study.get_trials(states=(TrialState.FAIL,))
        assert killed.user_attrs[POINT] == place - 1
        assert not study.get_trials(states=(TrialState.RUNNING, TrialState.WAITING))


def test_trial_that_never_gave_a_sign_of_life_is_not_waited_for_for_ever(
    optuna_url: str, alone: Tuned, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Killed between taking a trial and its first heartbeat: Optuna would let it run for ever.
    monkeypatch.setattr("trainer.tuning.tuner._PATIENCE_SECONDS", 1.0)
    with storage_at(optuna_url) as storage:
        study = optuna.create_study(study_name=STUDY, storage=storage)
        begun = optuna.create_trial(
            state=TrialState.RUNNING,
            params=dict(METHOD.defaults),
            distributions={n: FloatDistribution(1.0, 1e5, log=True) for n in METHOD.defaults},
            user_attrs={POINT: 0},
        )
        study.add_trial(begun)
        assert_same(tune(optuna_url), alone)


def test_old_studies_are_removed_and_others_kept(optuna_url: str) -> None:
    names = ["2026-10-01/marrakech/0/a/b", "2026-11-01/marrakech/0/a/b", "2026-11-22/fes/0/a/b"]
    with storage_at(optuna_url) as storage:
        for name in names:
            study = optuna.create_study(study_name=name, storage=storage)
            study.optimize(lambda trial: trial.suggest_float("x", 0.0, 1.0), n_trials=2)
        tuner(optuna_url).remove_studies(before=date(2026, 11, 1))
        assert {study.study_name for study in storage.get_all_studies()} == set(names[1:])
        with storage.engine.connect() as connection:
            assert connection.execute(text("select count(*) from trials")).scalar_one() == 4

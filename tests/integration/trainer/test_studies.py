"""Studies in PostgreSQL: several trainers open them at once, and one of them may die."""

from concurrent.futures import ThreadPoolExecutor

import optuna
from optuna.trial import TrialState
from sqlalchemy import text

from shared.forecasting.families import Family
from trainer.modelling.families import FAMILIES, Hyperparameters
from trainer.modelling.tuning import Budget, OptunaTuner, open_postgres_storage

METHOD = FAMILIES[Family.LINEAR_REGRESSION]


def tune(storage: optuna.storages.BaseStorage, trials: int) -> list[Hyperparameters]:
    """Tune a study of one name and return what was tried this time."""
    tried: list[Hyperparameters] = []

    def objective(chosen: Hyperparameters) -> float:
        tried.append(chosen)
        return chosen["first_alpha"]

    tuner = OptunaTuner(lambda: storage, Budget(trials, seconds=60.0), seed=1)
    tuner.tune("marrakech", METHOD, objective, lambda _done, _of: None)
    return tried


def test_trainers_that_start_together_find_the_tables_made(optuna_url: str) -> None:
    with ThreadPoolExecutor() as trainers:
        storages = list(trainers.map(open_postgres_storage, [optuna_url] * 3))
    assert len(tune(storages[0], trials=1)) == 1
    for storage in storages:
        storage.engine.dispose()


def test_study_of_a_dead_trainer_is_continued(optuna_url: str) -> None:
    dead, living = open_postgres_storage(optuna_url), open_postgres_storage(optuna_url)
    assert len(tune(dead, trials=3)) == 3
    study = optuna.load_study(study_name="marrakech", storage=dead)
    dead.record_heartbeat(dead.create_new_trial(study._study_id))  # noqa: SLF001 - and then it died
    with dead.engine.begin() as connection:
        an_hour_ago = "update trial_heartbeats set heartbeat = heartbeat - interval '1 hour'"
        connection.execute(text(an_hour_ago))
    assert len(tune(living, trials=5)) == 2
    states = [trial.state for trial in study.get_trials()]
    assert states.count(TrialState.COMPLETE) == 5
    assert states.count(TrialState.FAIL) == 1  # and none is left running for ever
    assert len(states) == 6
    for storage in (dead, living):
        storage.engine.dispose()

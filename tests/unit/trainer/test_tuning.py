"""Tuning: seeded, resumable, and begun with what is known to be good."""

import optuna
import pytest

from shared.forecasting.families import Family
from trainer.modelling.families import FAMILIES, Hyperparameters
from trainer.modelling.tuning import Budget, OptunaTuner

METHOD = FAMILIES[Family.GRADIENT_BOOSTING]


class Objective:
    """Likes small learning rates; may break down at a trial."""

    def __init__(self, *, breaks_at: int | None = None) -> None:
        self.tried: list[Hyperparameters] = []
        self.breaks_at = breaks_at

    def __call__(self, chosen: Hyperparameters) -> float:
        if len(self.tried) == self.breaks_at:
            raise KeyboardInterrupt
        self.tried.append(chosen)
        return float(chosen["learning_rate"])


def tuner(trials: int = 6, storage: optuna.storages.BaseStorage | None = None) -> OptunaTuner:
    kept = storage or optuna.storages.InMemoryStorage()
    return OptunaTuner(lambda: kept, Budget(trials, seconds=60.0), seed=3)


def tune(tuner: OptunaTuner, objective: Objective, study: str = "study") -> Hyperparameters:
    return tuner.tune(study, METHOD, objective, lambda _done, _of: None)


def test_first_trial_is_what_is_known_to_be_good() -> None:
    objective = Objective()
    tune(tuner(), objective)
    assert objective.tried[0] == METHOD.defaults


def test_best_trial_is_returned_and_stays_in_the_space() -> None:
    objective = Objective()
    best = tune(tuner(), objective)
    assert best["learning_rate"] == min(tried["learning_rate"] for tried in objective.tried)
    for tried in objective.tried:
        for name, values in METHOD.space.items():
            assert values.low <= tried[name] <= values.high


def test_same_seed_tries_the_same() -> None:
    first, second = Objective(), Objective()
    tune(tuner(), first)
    tune(tuner(), second)
    assert first.tried == second.tried


def test_interrupted_tuning_runs_only_the_trials_that_are_left() -> None:
    interrupted, resumed = Objective(breaks_at=4), Objective()
    same = tuner(trials=6)
    with pytest.raises(KeyboardInterrupt):
        tune(same, interrupted)
    tune(same, resumed)
    assert len(resumed.tried) == 2
    assert not [tried for tried in resumed.tried if tried in interrupted.tried]
    finished = Objective()
    tune(same, finished)
    assert finished.tried == []


def test_progress_is_told_after_every_trial() -> None:
    told: list[tuple[int, int]] = []
    tuner(trials=3).tune("study", METHOD, Objective(), lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_no_trial_is_begun_once_the_time_is_up() -> None:
    objective = Objective()
    kept = optuna.storages.InMemoryStorage()
    hurried = OptunaTuner(lambda: kept, Budget(trials=50, seconds=1e-6), seed=3)
    assert tune(hurried, objective) == METHOD.defaults
    assert len(objective.tried) < 50

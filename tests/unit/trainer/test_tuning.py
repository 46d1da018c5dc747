"""Tuning: the same points and the same outcome, whoever tries them and however often."""

from collections.abc import Iterator

import optuna
import pytest

from shared.forecasting.families import Family
from trainer.modelling.families import FAMILIES, Hyperparameters
from trainer.tuning import Budget, Tuned, Tuner
from trainer.tuning.points import points_to_try

METHOD = FAMILIES[Family.GRADIENT_BOOSTING]
HALVES = 2


class Objective:
    """Likes small learning rates, in both halves of the year; may break down at a trial."""

    def __init__(
        self, *, breaks_at: int | None = None, error: type[BaseException] = SystemExit
    ) -> None:
        self.tried: list[Hyperparameters] = []
        self.steps = 0
        self.breaks_at = breaks_at
        self.error = error

    def __call__(self, chosen: Hyperparameters) -> Iterator[float]:
        if len(self.tried) == self.breaks_at:
            raise self.error
        self.tried.append(dict(chosen))
        for _ in range(HALVES):
            self.steps += 1
            yield float(chosen["learning_rate"])


def tuner(trials: int = 6, storage: optuna.storages.BaseStorage | None = None) -> Tuner:
    kept = storage or optuna.storages.InMemoryStorage()
    return Tuner(lambda: kept, Budget(trials, seconds=60.0), seed=3)


def tune(tuner: Tuner, objective: Objective, study: str = "study") -> Tuned:
    return tuner.tune(study, METHOD, objective)


def test_first_trial_is_what_is_known_to_be_good() -> None:
    objective = Objective()
    tune(tuner(), objective)
    assert objective.tried[0] == METHOD.defaults


def test_best_trial_is_returned_and_stays_in_the_space() -> None:
    objective = Objective()
    tuned = tune(tuner(), objective)
    rates = [tried["learning_rate"] for tried in objective.tried]
    assert tuned.hyperparameters["learning_rate"] == min(rates)
    assert tuned.trials == len(rates) == 6
    for tried in objective.tried:
        for name, values in METHOD.space.items():
            assert values.low <= tried[name] <= values.high


def test_points_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    assert points_to_try(METHOD, 8, seed=1) == points_to_try(METHOD, 8, seed=1)
    assert points_to_try(METHOD, 8, seed=1)[1:] != points_to_try(METHOD, 8, seed=2)[1:]


def test_more_trials_begin_with_those_of_fewer() -> None:
    assert points_to_try(METHOD, 20, seed=1)[:5] == points_to_try(METHOD, 5, seed=1)


def test_order_of_trials_does_not_matter() -> None:
    # What several trainers at one study come to: here the helper goes first, from another point.
    storage = optuna.storages.InMemoryStorage()
    shared, alone = tuner(storage=storage), tuner()
    stopped = Objective(breaks_at=0)
    with pytest.raises(SystemExit):
        tune(shared, stopped)  # the defaults are put back behind all other points
    helper = Objective()
    shared.help_with("study", helper)
    assert helper.tried[0] != METHOD.defaults
    together, by_itself = tune(shared, Objective()), tune(alone, Objective())
    assert together.hyperparameters == by_itself.hyperparameters
    assert (together.trials, together.pruned) == (by_itself.trials, by_itself.pruned)


def test_what_falls_behind_the_defaults_is_not_tried_to_the_end() -> None:
    objective = Objective()
    tuned = tune(tuner(), objective)
    behind = [t for t in objective.tried if t["learning_rate"] > 0.07 * 1.01]
    assert tuned.pruned == len(behind) > 0
    assert objective.steps == len(objective.tried) * HALVES - len(behind)


class Fickle(Objective):
    """Bad in the first half, best of all in the second, but for the defaults."""

    def __call__(self, chosen: Hyperparameters) -> Iterator[float]:
        self.tried.append(dict(chosen))
        is_default = dict(chosen) == METHOD.defaults
        yield 0.9 if is_default else 1.0
        yield 0.9 if is_default else 0.1


def test_what_would_have_been_pruned_does_not_win_because_it_ran_before_the_defaults() -> None:
    storage = optuna.storages.InMemoryStorage()
    shared = tuner(storage=storage)
    with pytest.raises(SystemExit):
        tune(shared, Objective(breaks_at=0))
    shared.help_with("study", Fickle())
    assert tune(shared, Fickle()).hyperparameters == METHOD.defaults


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, ValueError])
def test_interrupted_tuning_runs_only_the_trials_that_are_left(
    error: type[BaseException],
) -> None:
    interrupted, resumed = Objective(breaks_at=4, error=error), Objective()
    same = tuner(trials=6)
    with pytest.raises(error):
        tune(same, interrupted)
    outcome = tune(same, resumed)
    assert len(resumed.tried) == 2
    assert not [tried for tried in resumed.tried if tried in interrupted.tried]
    finished = Objective()
    assert tune(same, finished) == outcome
    assert finished.tried == []
    assert outcome.hyperparameters == tune(tuner(trials=6), Objective()).hyperparameters


def test_time_of_trials_counts_whoever_ran_them() -> None:
    same = tuner(trials=4)
    with pytest.raises(SystemExit):
        tune(same, Objective(breaks_at=2))
    before = same.storage.get_all_trials(0)
    spent = sum(t.user_attrs.get("processor_seconds", 0.0) for t in before if t.state.is_finished())
    assert tune(same, Objective()).processor_seconds > spent > 0.0


def test_progress_is_told_after_every_trial() -> None:
    told: list[tuple[int, int]] = []
    tuner(trials=3).tune(
        "study", METHOD, Objective(), progress=lambda done, of: told.append((done, of))
    )
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_no_trial_is_begun_once_the_time_is_up() -> None:
    objective = Objective()
    kept = optuna.storages.InMemoryStorage()
    hurried = Tuner(lambda: kept, Budget(trials=50, seconds=1e-6), seed=3)
    assert tune(hurried, objective).hyperparameters == METHOD.defaults
    assert len(objective.tried) == 1


def test_help_is_asked_for_once_and_only_when_it_is_worth_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    tuner().tune("quick", METHOD, Objective(), ask_for_help=lambda: asked.append("quick"))
    monkeypatch.setattr("trainer.tuning.tuner._WORTH_HELP_SECONDS", 0.0)
    tuner().tune("slow", METHOD, Objective(), ask_for_help=lambda: asked.append("slow"))
    assert asked == ["slow"]

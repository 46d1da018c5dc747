"""Trying the points of a study: alone or with others, resumable, with the same outcome."""

import functools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import optuna
from optuna.distributions import FloatDistribution
from optuna.storages import BaseStorage, RDBStorage
from optuna.trial import FrozenTrial, Trial, TrialState

from trainer.modelling.contender import Objective
from trainer.modelling.families import FamilyMethod, Hyperparameters
from trainer.tuning.points import points_to_try
from trainer.tuning.pruning import POINT, BehindDefaults, is_behind, reference_course
from trainer.tuning.standing import Standing
from trainer.tuning.studies import remove_old_studies

#: Told how many trials of how many have ended.
Progress = Callable[[int, int], None]

_PROCESSOR_SECONDS = "processor_seconds"
# What is left of a study must take longer than this for another trainer to be worth its start.
_WORTH_HELP_SECONDS = 20.0
_POLL_SECONDS = 0.2
# A helper silent for so long, and twice as long as any trial took, is not waited for.
_PATIENCE_SECONDS = 30.0


def _silent(_done: int, _of: int) -> None:
    """Take progress nobody follows."""


def _alone() -> None:
    """Have nobody to ask."""


@dataclass(frozen=True)
class Budget:
    """How much is spent on tuning one family for one variable.

    Attributes
    ----------
    seconds : float
        No trial is begun once those before it have taken so long together.
    """

    trials: int
    seconds: float


@dataclass(frozen=True)
class Tuned:
    """What came of a study.

    Attributes
    ----------
    trials, pruned : int
        How many trials have ended, and how many of them early.
    processor_seconds : float
        Of these trials, whoever ran them and whenever.
    """

    hyperparameters: Hyperparameters
    trials: int
    pruned: int
    processor_seconds: float


class _NothingLeft(Exception):
    """Ends a trial without a point: another trainer was faster to take the last one."""


@dataclass(frozen=True)
class Tuner:
    """Searches families' spaces; a study of the same name is continued, not begun again.

    Attributes
    ----------
    open_storage : callable
        Opens the storage of the studies, when it is first needed.
    """

    open_storage: Callable[[], BaseStorage]
    budget: Budget
    seed: int

    @functools.cached_property
    def storage(self) -> BaseStorage:
        """Where the studies are."""
        return self.open_storage()

    def tune(
        self,
        study_name: str,
        method: FamilyMethod,
        objective: Objective,
        *,
        progress: Progress = _silent,
        ask_for_help: Callable[[], None] = _alone,
    ) -> Tuned:
        """Try all points of a study and return what came of it.

        Parameters
        ----------
        ask_for_help : callable
            Called at most once, when so much is left that another trainer should join.
        """
        study = self._study(study_name)
        self._plan_trials(study, method, Standing.of(study))
        has_asked = False
        while self._may_begin(standing := self._settled(study, method)):
            _try_next(study, objective)
            progress(len(standing.ended) + 1, self.budget.trials)
            if not has_asked and standing.seconds_left > _WORTH_HELP_SECONDS:
                has_asked = True
                ask_for_help()
        return _outcome(standing, method)

    def help_with(
        self, study_name: str, objective: Objective, *, progress: Progress = _silent
    ) -> None:
        """Try points of a study another trainer is at, as long as any are left to begin."""
        study = self._study(study_name)
        while self._may_begin(standing := Standing.of(study)):
            _try_next(study, objective)
            progress(len(standing.ended) + 1, self.budget.trials)

    def remove_studies(self, before: date) -> None:
        """Remove studies of trainings before a date, where they are kept."""
        if isinstance(self.storage, RDBStorage):
            remove_old_studies(self.storage, before=before)

    def _study(self, name: str) -> optuna.Study:
        return optuna.create_study(
            storage=self.storage,
            study_name=name,
            load_if_exists=True,
            sampler=optuna.samplers.RandomSampler(self.seed),  # never asked: the points are given
            pruner=BehindDefaults(),
        )

    def _plan_trials(self, study: optuna.Study, method: FamilyMethod, standing: Standing) -> None:
        """Add the points that nobody has tried, tries or is about to try."""
        distributions = {
            name: FloatDistribution(values.low, values.high, log=values.is_log)
            for name, values in method.space.items()
        }
        points = points_to_try(method, self.budget.trials, self.seed)
        for place, point in enumerate(points):
            if place not in standing.taken:
                planned = optuna.create_trial(
                    state=TrialState.WAITING,
                    params=dict(point),
                    distributions=distributions,
                    user_attrs={POINT: place},
                )
                study.add_trial(planned)

    def _settled(self, study: optuna.Study, method: FamilyMethod) -> Standing:
        """Return how a study stands, once there is a trial to begin or all have ended."""
        standing = Standing.of(study)
        given_up_at = time.monotonic() + _PATIENCE_SECONDS + 2 * standing.longest_seconds
        while standing.running and not self._may_begin(standing):
            if time.monotonic() > given_up_at:
                _give_up(study, standing.running)
                self._plan_trials(study, method, Standing.of(study))
            time.sleep(_POLL_SECONDS)
            optuna.storages.fail_stale_trials(study)
            standing = Standing.of(study)
        return standing

    def _may_begin(self, standing: Standing) -> bool:
        return bool(standing.waiting) and standing.seconds_spent < self.budget.seconds


def _try_next(study: optuna.Study, objective: Objective) -> None:
    def try_point(trial: Trial) -> float:
        if POINT not in trial.user_attrs:
            raise _NothingLeft
        try:
            return _error(trial, objective)
        except SystemExit:
            # Told to stop: whoever goes on need not wait for this trial's heartbeat to run out.
            study.tell(trial.number, state=TrialState.FAIL)
            raise

    study.optimize(try_point, n_trials=1, catch=(_NothingLeft,))


def _error(trial: Trial, objective: Objective) -> float:
    """Return the mean error over the parts of the tuning year, unless one is far too high."""
    started = time.process_time()
    errors: list[float] = []
    try:
        for step, error in enumerate(objective(trial.params)):
            errors.append(error)
            trial.report(error, step)
            if trial.should_prune():
                raise optuna.TrialPruned
    finally:
        trial.set_user_attr(_PROCESSOR_SECONDS, time.process_time() - started)
    return sum(errors) / len(errors)


def _outcome(standing: Standing, method: FamilyMethod) -> Tuned:
    ended = standing.ended
    reference = reference_course(ended)
    behind = {place for place, t in ended.items() if is_behind(t.intermediate_values, reference)}
    # A budget that was spent before the first trial ended buys what is known to be good.
    best = min(
        (place for place in ended if place not in behind),
        key=lambda place: (ended[place].value, place),
        default=None,
    )
    chosen = method.defaults if best is None else ended[best].params
    return Tuned(
        # In the order of the space: a database gives them in any, and documents are compared by
        # their digest.
        hyperparameters={name: chosen[name] for name in method.space},
        trials=len(ended),
        pruned=len(behind),
        processor_seconds=sum(t.user_attrs[_PROCESSOR_SECONDS] for t in ended.values()),
    )


def _give_up(study: optuna.Study, lost: Sequence[FrozenTrial]) -> None:
    for trial in lost:
        study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)

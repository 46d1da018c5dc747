"""Tuning with Optuna: seeded, resumable, and safe against a worker that dies in a trial."""

import functools
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.storages import BaseStorage, RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.trial import TrialState
from sqlalchemy import func, select

from shared.adapters.database import make_engine
from trainer.modelling.contender import Objective
from trainer.modelling.families import FamilyMethod, Hyperparameters

# A dead worker's trial is found before the ledger gives its job to another one (30 s).
_HEARTBEAT_SECONDS = 8
_GRACE_SECONDS = 20
_MOST_RETRIES = 3
_TABLES_LOCK = 0x0707

#: Told how many trials of how many are done.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Budget:
    """How much is spent on tuning one family for one variable."""

    trials: int
    seconds: float


@dataclass(frozen=True)
class OptunaTuner:
    """Searches a family's space; a study of the same name is continued, not begun again.

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
        self, study_name: str, method: FamilyMethod, objective: Objective, progress: Progress
    ) -> Hyperparameters:
        """Return the hyperparameters of least error among the trials of a study."""
        study = optuna.create_study(
            storage=self.storage, study_name=study_name, load_if_exists=True
        )
        finished = _finished(study)
        # Continued with a seed of its own: the first one would draw the same trials again.
        study.sampler = optuna.samplers.TPESampler(seed=self.seed + finished, multivariate=True)
        if not study.get_trials(deepcopy=False):
            study.enqueue_trial(dict(method.defaults))
        if finished < self.budget.trials:
            study.optimize(
                lambda trial: objective(_suggested(trial, method)),
                n_trials=self.budget.trials - finished,
                timeout=self.budget.seconds,
                callbacks=[lambda study, _: progress(_finished(study), self.budget.trials)],
            )
        # A budget that was spent before the first trial ended buys what is known to be good.
        return dict(study.best_params) if _finished(study) else dict(method.defaults)


def open_postgres_storage(url: str) -> RDBStorage:
    """Return the storage of studies in a PostgreSQL database of its own; it makes its tables."""
    optuna.logging.disable_default_handler()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    # Heartbeats are what finds the trial of a dead trainer; Optuna still calls them experimental.
    warnings.simplefilter("ignore", ExperimentalWarning)
    engine = make_engine(url, pool_size=1)
    try:
        with engine.begin() as connection:
            # Trainers start together, and Optuna does not expect another one to make its tables.
            connection.execute(select(func.pg_advisory_xact_lock(_TABLES_LOCK)))
            return RDBStorage(
                url,
                engine_kwargs={"pool_pre_ping": True, "pool_size": 2, "max_overflow": 2},
                heartbeat_interval=_HEARTBEAT_SECONDS,
                grace_period=_GRACE_SECONDS,
                heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(_MOST_RETRIES),
            )
    finally:
        engine.dispose()


def _suggested(trial: Any, method: FamilyMethod) -> Hyperparameters:  # noqa: ANN401 - Optuna is untyped here
    return {
        name: trial.suggest_float(name, values.low, values.high, log=values.is_log)
        for name, values in method.space.items()
    }


def _finished(study: Any) -> int:  # noqa: ANN401 - as above
    return len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)))

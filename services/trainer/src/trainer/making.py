"""Making a contender and telling what it took: here, or wherever a replay has it made."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.forecasting.cases import PairedCases
from shared.forecasting.documents import Recipe
from trainer.modelling.contender import Contender, Objective, Workshop
from trainer.modelling.families import Hyperparameters
from trainer.tuning import Tuned


@dataclass(frozen=True)
class Made:
    """A contender, and what came of its making.

    Attributes
    ----------
    seconds : float
        Processor time: tuning, backtest, fit and export.
    backtest : callable
        Backtests another recipe, the champion's for one, on the very same folds.
    """

    contender: Contender
    tuned: Tuned
    seconds: float
    backtest: Callable[[Recipe], PairedCases]


def make(workshop: Workshop, tune: Callable[[Objective], Tuned], *, since: float) -> Made:
    """Make a contender in a workshop.

    Parameters
    ----------
    since : float
        The processor time at which the work began, the workshop's setting up included.
    """
    # Processor time, the same for every family whatever else the machine does. Trials count where
    # they were run, be it by another trainer or before a restart.
    tuning = _TimedTuning(tune)
    contender = workshop.make_contender(tuning)
    own = time.process_time() - since - tuning.own_seconds
    return Made(contender, tuning.tuned, own + tuning.tuned.processor_seconds, workshop.backtest)


class _TimedTuning:
    """Tunes once, and keeps what came of it and the processor time this process spent on it."""

    tuned: Tuned
    own_seconds: float

    def __init__(self, tune: Callable[[Objective], Tuned]) -> None:
        self._tune = tune

    def __call__(self, objective: Objective) -> Hyperparameters:
        started = time.process_time()
        self.tuned = self._tune(objective)
        self.own_seconds = time.process_time() - started
        return self.tuned.hyperparameters

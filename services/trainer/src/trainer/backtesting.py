"""A backtest for its own sake: how each family would have fared, with nothing kept or promoted."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import optuna

from shared.errors import NotEnoughData
from shared.forecasting.cases import PairedCases
from shared.forecasting.documents import Recipe
from shared.forecasting.families import Family
from shared.forecasting.inputs import Known
from shared.forecasting.variables import Variable
from trainer.modelling.contender import Task, Workshop
from trainer.modelling.families import FAMILIES, Hyperparameters
from trainer.tuning import Budget, Tuner

#: Told what is at work: the family, the variable, and how many trials of how many have ended.
Watch = Callable[[Family, Variable, int, int], None]


@dataclass(frozen=True, eq=False)
class Backtested:
    """How a family fared with a variable.

    Attributes
    ----------
    seconds : float
        Processor time of tuning and backtest.
    """

    variable: Variable
    family: Family
    hyperparameters: Hyperparameters
    cases: PairedCases
    metrics: dict[str, float]
    seconds: float


@dataclass(frozen=True)
class Backtester:
    """Tunes and backtests families on what is known for a site.

    Attributes
    ----------
    trials : int
        Of each family and variable.
    """

    trials: int
    seed: int

    def run(
        self,
        known: Known,
        *,
        variables: Sequence[Variable],
        families: Sequence[Family],
        watch: Watch,
    ) -> Iterator[Backtested]:
        """Yield what came of each family and variable; nothing where there is too little data."""
        _quieten()
        for variable in variables:
            for family in families:
                try:
                    yield self._backtested(known, variable, family, watch)
                except NotEnoughData:
                    break

    def _backtested(
        self, known: Known, variable: Variable, family: Family, watch: Watch
    ) -> Backtested:
        started = time.process_time()
        method = FAMILIES[family]
        budget = Budget(self.trials, seconds=math.inf)
        workshop = Workshop(Task("backtest", variable, known, method, self.seed, "unknown"))
        watch(family, variable, 0, self.trials)
        tuned = Tuner(optuna.storages.InMemoryStorage, budget, self.seed).tune(
            "backtest",
            method,
            workshop.tuning_errors,
            progress=lambda done, of: watch(family, variable, done, of),
        )
        cases = workshop.backtest(
            Recipe(family=family, hyperparameters=dict(tuned.hyperparameters), seed=self.seed)
        )
        seconds = time.process_time() - started
        return Backtested(variable, family, tuned.hyperparameters, cases, cases.metrics(), seconds)


def _quieten() -> None:
    optuna.logging.disable_default_handler()
    optuna.logging.set_verbosity(optuna.logging.WARNING)

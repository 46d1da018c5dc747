"""Processes that make contenders for all policies: they train on the same data, so it is done once.

A family and variable of a site always meet the same process, which remembers what it has fitted.
"""

import functools
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from zlib import crc32

import optuna

from local.replay.kept import Kept
from local.replay.offspring import context, settle_in
from local.replay.workshops import KeptWorkshop, Memory
from shared.forecasting.cases import PairedCases
from shared.forecasting.documents import Recipe
from shared.forecasting.families import Family
from shared.forecasting.variables import FORECAST_VARIABLES
from trainer.making import Made, make
from trainer.modelling.contender import Contender, Task
from trainer.tuning import Budget, Tuned, Tuner

#: What the composite score counts for a family's training: measured, it would differ every time.
NOMINAL_SECONDS = {
    Family.LINEAR_REGRESSION: 2.0,
    Family.RANDOM_FOREST: 20.0,
    Family.GRADIENT_BOOSTING: 20.0,
}
_PAIRS = len(Family) * len(FORECAST_VARIABLES)
# What is kept for the other policies.
_WEEKS_KEPT = 2

Key = tuple[str, str, str, str, int]
#: A contender, and what its tuning came to.
_Making = Future[tuple[Contender, Tuned]]


class Pool:
    """Makes contenders in processes of its own; may be asked by several threads.

    Parameters
    ----------
    trials : int
        Of each family and variable.
    """

    def __init__(self, executors: list[ProcessPoolExecutor], trials: int, n_sites: int) -> None:
        self._executors, self._trials = executors, trials
        self._most_kept = _WEEKS_KEPT * _PAIRS * n_sites
        # Those that a process may meet: they are not spread quite evenly.
        self._pairs = (_PAIRS // len(executors) + 2) * n_sites
        self._makings: OrderedDict[Key, _Making] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, task: Task) -> _Making:
        """Have a contender made, unless it was or is."""
        key = key_of(task)
        with self._lock:
            if key not in self._makings:
                executor = self._executor(task)
                self._makings[key] = executor.submit(_make, task, self._pairs, self._trials)
            self._makings.move_to_end(key)
            while len(self._makings) > self._most_kept:
                self._makings.popitem(last=False)
            return self._makings[key]

    def backtest(self, task: Task, recipe: Recipe) -> PairedCases:
        """Backtest another recipe on the folds of a contender."""
        return self._executor(task).submit(_backtest, task, self._pairs, recipe).result()

    def _executor(self, task: Task) -> ProcessPoolExecutor:
        # Neighbouring pairs go to different processes, so that each has its share of every family.
        place = list(Family).index(task.method.family) + FORECAST_VARIABLES.index(task.variable)
        return self._executors[(place + crc32(task.site_id.encode())) % len(self._executors)]


@contextmanager
def open_pool(*, processes: int, trials: int, n_sites: int) -> Iterator[Pool]:
    """Start the processes; end them with the block, whatever they are at."""
    executors = [ProcessPoolExecutor(1, context(), initializer=settle_in) for _ in range(processes)]
    try:
        yield Pool(executors, trials, n_sites)
    finally:
        for executor in executors:
            executor.shutdown(wait=False, cancel_futures=True)


def as_made(
    task: Task, contender: Contender, tuned: Tuned, backtest: Callable[[Recipe], PairedCases]
) -> Made:
    """Return what was made, as if it had taken its nominal time."""
    nominal = NOMINAL_SECONDS[task.method.family]
    return Made(contender, replace(tuned, processor_seconds=nominal), nominal, backtest)


def make_tuner(trials: int, seed: int) -> Tuner:
    """Return a tuner that has as long as it needs, with a study of its own."""
    return Tuner(optuna.storages.InMemoryStorage, Budget(trials, seconds=math.inf), seed)


def key_of(task: Task) -> Key:
    """Return what names a task: equal tasks have equal contenders."""
    data = task.inputs.content_hash()
    return task.site_id, task.variable, task.method.family, data, task.seed


class _Bench:
    """What a process keeps between tasks."""

    def __init__(self, pairs: int) -> None:
        self._memory = Memory(pairs)
        self._workshops: Kept[KeptWorkshop] = Kept(_WEEKS_KEPT * pairs)

    def workshop(self, task: Task) -> KeptWorkshop:
        """Return the workshop of a task."""
        return self._workshops.get(key_of(task), lambda: KeptWorkshop(task, self._memory))


_bench = functools.cache(_Bench)


def _make(task: Task, pairs: int, trials: int) -> tuple[Contender, Tuned]:
    tuner = make_tuner(trials, task.seed)
    made = make(
        _bench(pairs).workshop(task),
        lambda objective: tuner.tune("replay", task.method, objective),
        since=time.process_time(),
    )
    return made.contender, made.tuned


def _backtest(task: Task, pairs: int, recipe: Recipe) -> PairedCases:
    return _bench(pairs).workshop(task).backtest(recipe)

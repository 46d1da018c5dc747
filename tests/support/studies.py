"""A search worth sharing, for tests that run it in processes of their own."""

import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event

from shared.forecasting.families import Family
from trainer.modelling.families import FAMILIES, Hyperparameters
from trainer.tuning import Budget, Tuned, Tuner, open_postgres_storage

METHOD = FAMILIES[Family.LINEAR_REGRESSION]
STUDY = "2026-11-22/marrakech/0/temperature_2m_max/linear-regression"
TRIALS = 12


def errors(chosen: Hyperparameters) -> Iterator[float]:
    """Yield errors with one best point, as two halves of a year would."""
    for _ in range(2):
        time.sleep(0.05)
        yield 1.0 + (chosen["first_alpha"] - 100.0) ** 2 * 1e-7


def tuner(url: str, trials: int = TRIALS) -> Tuner:
    """Return a tuner on a database."""
    return Tuner(lambda: open_postgres_storage(url), Budget(trials, seconds=600.0), seed=1)


def tune(url: str) -> Tuned:
    """Tune, as the trainer whose fit it is."""
    return tuner(url).tune(STUDY, METHOD, errors)


def help_once_begun(url: str, begun: Event, helping: Event) -> None:
    """Help, as a trainer that was asked to; `helping` tells that it is at a trial."""
    begun.wait(60)

    def told(chosen: Hyperparameters) -> Iterator[float]:
        helping.set()
        yield from errors(chosen)

    tuner(url).help_with(STUDY, told)


def hang_in_trial(url: str, place: int, hanging: Event) -> None:
    """Tune, and hang in the trial at a place, to be killed there."""
    n_begun = 0

    def hang(chosen: Hyperparameters) -> Iterator[float]:
        nonlocal n_begun
        n_begun += 1
        if n_begun == place:
            hanging.set()
            time.sleep(600)
        yield from errors(chosen)

    tuner(url).tune(STUDY, METHOD, hang)

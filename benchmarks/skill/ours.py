"""Our answers: what the trainer would have made before the exam, asked the way the API asks it.

The trainer's own steps on the days up to the cutoff, its Celery tasks, ledger and MLflow left out:
each family is tuned, backtested, fitted and exported; the contest on the backtest, the year before
the exam, chooses one; the winner's ONNX graph and document answer the exam.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import optuna
from optuna.storages import InMemoryStorage

from benchmarks.skill.exam import Exam
from benchmarks.skill.forecasts import Forecasts
from shared.adapters.onnx_regressor import OnnxRegressor
from shared.errors import NotEnoughData
from shared.forecasting.arrays import BoolArray, FloatArray
from shared.forecasting.documents import ModelDocument, Recipe
from shared.forecasting.families import Family
from shared.forecasting.forecast import HISTORY_DAYS, make_forecast
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.intervals import LEVELS
from shared.forecasting.variables import LEAD_DAYS
from trainer.modelling.contender import Contender, Objective, Task, Workshop
from trainer.modelling.families import FAMILIES, Hyperparameters
from trainer.selection import Entry, Weights
from trainer.settings import TrainerSettings
from trainer.stability import sampled_contest
from trainer.tuning import Budget, Tuner


@dataclass(frozen=True, eq=False)
class Monthly:
    """The winner's recipe fitted again each month of the exam, as the service would (weekly).

    Attributes
    ----------
    forecast, damped_persistence : ndarray of shape (n, 7)
        NaN where there is none; damped persistence is fitted again as often.
    inside_80, inside_95 : ndarray of bool, shape (n, 7)
    """

    forecast: FloatArray
    damped_persistence: FloatArray
    inside_80: BoolArray
    inside_95: BoolArray


@dataclass(frozen=True, eq=False)
class Answers:
    """What we made of an exam.

    Attributes
    ----------
    family : Family
        The winner of the contest before the exam.
    once : Forecasts
        Of the winner as it was at the cutoff, all through the year: as the peers do it.
    seconds : float
        Processor time until the winner was there.
    """

    family: Family
    once: Forecasts
    monthly: Monthly
    seconds: float


def our_answers(exam: Exam) -> Answers:
    """Train before the exam, then answer it."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    started = time.process_time()
    winner = _winner(exam)
    seconds = time.process_time() - started
    document = ModelDocument.from_json(winner.artifact.document)
    regressor = OnnxRegressor(winner.artifact.onnx)
    return Answers(
        document.family,
        _asked_daily(exam, document, regressor),
        _refitted_monthly(exam, document.recipe),
        seconds,
    )


def _winner(exam: Exam) -> Contender:
    """Return the winner of the contest of the families on the days up to the cutoff."""
    training = exam.known.until(exam.cutoff)
    contenders = {}
    entries = []
    for family in Family:
        started = time.process_time()
        contenders[family] = Workshop(_task(exam, family, training)).make_contender(_tuned(family))
        seconds = time.process_time() - started
        entries.append(Entry(family, contenders[family].document.metrics, seconds))
    cases = {family: contender.cases for family, contender in contenders.items()}
    contest = sampled_contest(entries, cases, Weights(), seed=_default("trainer_seed"))
    return contenders[contest.winner]


def _task(exam: Exam, family: Family, known: ForecastInputs) -> Task:
    return Task(
        exam.place,
        exam.variable,
        known,
        FAMILIES[family],
        seed=_default("trainer_seed"),
        git_commit="benchmark",
    )


def _tuned(family: Family) -> Callable[[Objective], Hyperparameters]:
    """Return what tunes a family with the service's budget, in a study that is not kept."""
    budget = Budget(_default("trainer_trials"), _default("trainer_tuning_seconds"))
    tuner = Tuner(InMemoryStorage, budget, seed=_default("trainer_seed"))

    def tune(objective: Objective) -> Hyperparameters:
        return tuner.tune(str(family), FAMILIES[family], objective).hyperparameters

    return tune


def _default(setting: str) -> int:
    value: int = TrainerSettings.model_fields[setting].default
    return value


def _asked_daily(exam: Exam, document: ModelDocument, regressor: OnnxRegressor) -> Forecasts:
    """Ask the artifact on every reference date, as the API does."""
    names = ("value", *LEVELS)
    answers = {name: np.full((len(exam.positions), len(LEAD_DAYS)), np.nan) for name in names}
    for row, day in enumerate(exam.reference_dates.tolist()):
        known = exam.known.until(day).since(day - timedelta(days=HISTORY_DAYS - 1))
        try:
            forecast = make_forecast(document, regressor, known, day)
        except NotEnoughData:  # not observed, or after a gap: the service has no answer either
            continue
        for name in names:
            answers[name][row] = getattr(forecast, name)
    return Forecasts(**answers)


def _refitted_monthly(exam: Exam, recipe: Recipe) -> Monthly:
    """Backtest the winner's recipe on the exam, by the trainer's own code."""
    cases = Workshop(_task(exam, recipe.family, exam.known)).backtest(recipe)
    _, rows, tested = np.intersect1d(
        exam.reference_dates, cases.reference_dates, return_indices=True
    )
    shape = len(exam.positions), len(LEAD_DAYS)

    def placed(values: FloatArray | BoolArray) -> FloatArray:
        found = np.full(shape, np.nan)
        found[rows] = values[tested]
        return found

    return Monthly(
        placed(cases.forecast),
        placed(cases.damped_persistence),
        placed(cases.inside_80) == 1.0,
        placed(cases.inside_95) == 1.0,
    )

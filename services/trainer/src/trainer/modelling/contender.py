"""Making a contender: tune, backtest, fit on everything, export, describe."""

import functools
import hashlib
import importlib.metadata
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from threadpoolctl import ThreadpoolController

from shared.adapters.artifacts import Artifact
from shared.forecasting.arrays import Float32Array, FloatArray
from shared.forecasting.backtest import (
    Fit,
    Fold,
    PastForecasts,
    PreparedFold,
    completeness,
    plan_backtest,
    prepare_final,
    prepare_fold,
    run_backtest,
)
from shared.forecasting.cases import PairedCases
from shared.forecasting.documents import Lineage, ModelDocument, Recipe, SmokeTest
from shared.forecasting.features import FeatureSpecification
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs, Known, inputs_of
from shared.forecasting.sources import Sources
from shared.forecasting.variables import HORIZON_DAYS, Variable
from trainer.modelling.export import export_onnx
from trainer.modelling.fallbacks import fallbacks
from trainer.modelling.families import FamilyMethod, Hyperparameters

#: Errors of hyperparameters in the folds of the tuning year, one by one; lower is better.
Objective = Callable[[Hyperparameters], Iterator[float]]
#: Searches the family's space for the hyperparameters of least error.
Tune = Callable[[Objective], Hyperparameters]

_SMOKE_ROWS = 3
_LIBRARIES = ("numpy", "scikit-learn", "skl2onnx", "onnxruntime")


@dataclass(frozen=True)
class Task:
    """What a contender is made of; `seed` is that of every random choice but the tuner's.

    Attributes
    ----------
    known : DailyHistory or ForecastInputs
        All that was known when the training began.
    """

    site_id: str
    variable: Variable
    known: Known
    method: FamilyMethod
    seed: int
    git_commit: str

    @property
    def inputs(self) -> ForecastInputs:
        """What was known, as inputs."""
        return inputs_of(self.known)

    @property
    def history(self) -> DailyHistory:
        """The site's own history."""
        return self.inputs.own


@dataclass(frozen=True)
class Contender:
    """A tuned, backtested, fitted and exported model."""

    document: ModelDocument
    artifact: Artifact
    cases: PairedCases


class Workshop:
    """Prepares the folds of a task once, for all that is made and tested on them.

    Raises
    ------
    NotEnoughData
        The history is too short or too gappy for this variable.
    """

    def __init__(self, task: Task) -> None:
        known = task.inputs
        everything = Sources.of(task.variable, known)
        # Planned by what the family that sees most would need: all are tested on the same dates.
        richest = FeatureSpecification(
            target=task.variable, sources=everything, layout=task.method.layout
        )
        seen = everything if task.method.sees_all_neighbours else everything.compact(task.variable)
        self._task = task
        self._specification = richest.model_copy(update={"sources": seen})
        self._plan = plan_backtest(richest, known)
        self._tuning = [self._prepared(half) for half in self._plan.tuning_halves]
        self._months = [self._prepared(fold) for fold in self._plan.monthly]

    def make_contender(self, tune: Tune) -> Contender:
        """Tune on the tuning year, backtest, fit on everything and export.

        Raises
        ------
        ArtifactRefused
            The exported graph does not reproduce the fitted model.
        """
        with one_thread():
            recipe = Recipe(
                family=self._task.method.family,
                hyperparameters=dict(tune(self.tuning_errors)),
                seed=self._task.seed,
            )
            cases, past = self._backtested(recipe)
            document, onnx = self._final_fit(recipe, cases, past)
        return Contender(document, Artifact(document.to_json().encode(), onnx), cases)

    def backtest(self, recipe: Recipe) -> PairedCases:
        """Backtest a recipe of this family, the champion's for one, on the very same folds."""
        cases, _ = self._backtested(recipe)
        return cases

    def tuning_errors(self, hyperparameters: Hyperparameters) -> Iterator[float]:
        """Yield the error in each half of the tuning year, relative to damped persistence's."""
        fit = self._fit(hyperparameters, self._task.seed)
        for half in self._tuning:
            with one_thread():
                error = half.relative_error(half.forecast(fit))
            yield error

    def _backtested(self, recipe: Recipe) -> tuple[PairedCases, PastForecasts]:
        fit = self._fit(recipe.hyperparameters, recipe.seed)
        with one_thread():
            first, second = (half.verified(half.forecast(fit)) for half in self._tuning)
            return run_backtest(self._months, fit, first.followed_by(second))

    def _fit(self, hyperparameters: Hyperparameters, seed: int) -> Fit:
        return self._task.method.fit(hyperparameters, seed)

    def _prepared(self, fold: Fold) -> PreparedFold:
        return prepare_fold(self._specification, self._task.inputs, fold)

    def _final_fit(
        self, recipe: Recipe, cases: PairedCases, past: PastForecasts
    ) -> tuple[ModelDocument, bytes]:
        known = self._task.inputs
        final = prepare_final(self._specification, known, self._plan)
        regressor = self._task.method.fit(recipe.hyperparameters, recipe.seed)(final.training)
        onnx = export_onnx(regressor, final.test_inputs)
        smoke = final.test_inputs[-_SMOKE_ROWS:]
        is_rain = final.rain_amounts is not None
        share_observed = completeness(self._specification, known, self._plan)
        document = ModelDocument(
            site_id=self._task.site_id,
            recipe=recipe,
            specification=self._specification,
            feature_names=self._specification.names,
            feature_fingerprint=self._specification.fingerprint,
            baseline=final.baseline,
            residual_quantiles=None if is_rain else past.residual_quantiles(),
            rain_amounts=final.rain_amounts,
            calibration=past.calibration() if is_rain else None,
            fallbacks=fallbacks(self._specification, known),
            metrics=cases.metrics() | {"completeness": share_observed},
            lineage=self._lineage(),
            smoke_test=SmokeTest(features=_rows(smoke), outputs=_rows(regressor.predict(smoke))),
            regressor_sha256=hashlib.sha256(onnx).hexdigest(),
        )
        return document, onnx

    def _lineage(self) -> Lineage:
        known, usable = self._task.inputs, self._plan.usable
        return Lineage(
            train_cutoff=known.own.dates[usable[-1] + HORIZON_DAYS].item(),
            training_cases=int(usable.size),
            data_hash=known.content_hash(),
            git_commit=self._task.git_commit,
            versions=_versions(),
        )


def one_thread() -> AbstractContextManager[object]:
    """Keep libraries to one thread: trainers share the cores, more would only wait and spin."""
    limits: AbstractContextManager[object] = _libraries().limit(limits=1)
    return limits


@functools.cache
def _versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in _LIBRARIES}


@functools.cache
def _libraries() -> ThreadpoolController:
    """Return the libraries with threads: finding them takes longer than many a forecast."""
    return ThreadpoolController()


def _rows(values: Float32Array | FloatArray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in values.tolist())

"""The three families as one readable table: layout, search space, and how a recipe is fitted.

Every family learns what the first guess leaves unexplained, strongly regularised: where there
is nothing to learn a model falls back to damped persistence. Sizes of leaves are shares of the
training cases, so a recipe means the same on a longer history.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor

from shared.forecasting.arrays import Float32Array, FloatArray
from shared.forecasting.backtest import TrainingSet
from shared.forecasting.families import Family
from shared.forecasting.features import Layout
from shared.forecasting.linear import LinearMap
from shared.forecasting.variables import LEAD_DAYS
from trainer.modelling.robust_ridge import fit_ridge

Hyperparameters = Mapping[str, float | int]

# More of any of these costs time and gained nothing over 13 places.
_FOREST_TREES = 30
_FOREST_SAMPLE = 0.35  # share of the cases each tree sees
_BOOSTING_ROUNDS = 25


@dataclass(frozen=True)
class Range:
    """Values a hyperparameter may take."""

    low: float
    high: float
    is_log: bool = True


@dataclass(frozen=True)
class FamilyMethod:
    """How a family is tuned and fitted.

    Attributes
    ----------
    sees_all_neighbours : bool
        Whether it is given every variable of the neighbours, or just the target.
    space : mapping of str to Range
        What is tuned; the first trial is `defaults`, so tuning never ends below it.
    make : callable
        Fits hyperparameters and a seed to a training set.
    """

    family: Family
    layout: Layout
    sees_all_neighbours: bool
    space: Mapping[str, Range]
    defaults: Hyperparameters
    make: "Callable[[Hyperparameters, int, TrainingSet], FittedRegressor]"

    def fit(
        self, hyperparameters: Hyperparameters, seed: int
    ) -> "Callable[[TrainingSet], FittedRegressor]":
        """Return what fits a regressor by this recipe."""
        return functools.partial(self.make, hyperparameters, seed)


@dataclass(frozen=True)
class SklearnRegressor:
    """A fitted estimator of scikit-learn as a `Regressor`."""

    estimator: Any

    def predict(self, features: Float32Array) -> FloatArray:
        """Return outputs of shape (n, n_outputs)."""
        outputs = np.asarray(self.estimator.predict(features.astype(np.float64)))
        return outputs.reshape(len(features), -1)


#: What a family fits; `export_onnx` knows both kinds.
FittedRegressor = SklearnRegressor | LinearMap


def linear_regression(chosen: Hyperparameters, seed: int, training: TrainingSet) -> LinearMap:
    """Fit the linear regression; without any chance in it, whatever the seed."""
    del seed
    strengths = np.geomspace(chosen["first_alpha"], chosen["last_alpha"], len(LEAD_DAYS))
    return fit_ridge(training, strengths.tolist())


def _random_forest(chosen: Hyperparameters, seed: int, training: TrainingSet) -> SklearnRegressor:
    forest = RandomForestRegressor(
        n_estimators=_FOREST_TREES,
        min_samples_leaf=_leaf(chosen, training),
        max_features=chosen["feature_share"],
        max_samples=_FOREST_SAMPLE,
        random_state=seed,
        n_jobs=1,
    )
    inputs = training.inputs.astype(np.float64)
    return SklearnRegressor(forest.fit(inputs, training.targets, sample_weight=training.weights))


def _gradient_boosting(
    chosen: Hyperparameters, seed: int, training: TrainingSet
) -> SklearnRegressor:
    boosting = HistGradientBoostingRegressor(
        max_iter=_BOOSTING_ROUNDS,
        learning_rate=chosen["learning_rate"],
        max_leaf_nodes=8,
        min_samples_leaf=_leaf(chosen, training),
        max_features=chosen["feature_share"],
        l2_regularization=10.0,
        early_stopping=False,
        random_state=seed,
    )
    # Without the weights: they make scikit-learn's binning twenty times slower than all the rest.
    return SklearnRegressor(boosting.fit(training.inputs.astype(np.float64), training.targets))


def _leaf(chosen: Hyperparameters, training: TrainingSet) -> int:
    return max(1, round(chosen["leaf_share"] * len(training.inputs)))


# The spaces are narrow on purpose: over 13 places, what one tuning year liked best in wide ones was
# worse in the next year than the defaults.
FAMILIES: dict[Family, FamilyMethod] = {
    method.family: method
    for method in (
        FamilyMethod(
            family=Family.LINEAR_REGRESSION,
            layout=Layout.WIDE,
            sees_all_neighbours=True,
            # Strength of the penalty at lead 1 and lead 7, a geometric course between them.
            space={"first_alpha": Range(30.0, 300.0), "last_alpha": Range(1e3, 1e4)},
            defaults={"first_alpha": 100.0, "last_alpha": 2500.0},
            make=linear_regression,
        ),
        FamilyMethod(
            family=Family.RANDOM_FOREST,
            layout=Layout.WIDE,
            sees_all_neighbours=False,
            space={"leaf_share": Range(0.008, 0.04), "feature_share": Range(0.2, 0.5)},
            defaults={"leaf_share": 0.015, "feature_share": 0.3},
            make=_random_forest,
        ),
        FamilyMethod(
            family=Family.GRADIENT_BOOSTING,
            layout=Layout.LONG,
            sees_all_neighbours=False,
            space={
                "learning_rate": Range(0.03, 0.14),
                "leaf_share": Range(0.02, 0.08),
                "feature_share": Range(0.2, 0.5),
            },
            defaults={"learning_rate": 0.07, "leaf_share": 0.05, "feature_share": 0.3},
            make=_gradient_boosting,
        ),
    )
}

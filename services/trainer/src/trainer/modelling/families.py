"""The three families as one readable table: layout, search space, and how a recipe is fitted.

Every family learns what damped persistence leaves unexplained, strongly regularised: where there
is nothing to learn a model falls back to damped persistence. Sizes of leaves are shares of the
training cases, so a recipe means the same on a longer history.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from shared.forecasting.arrays import Float32Array, FloatArray
from shared.forecasting.families import Family
from shared.forecasting.features import Layout
from shared.forecasting.variables import LEAD_DAYS

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
    space : mapping of str to Range
        What is tuned; the first trial is `defaults`, so tuning never ends below it.
    build : callable
        From hyperparameters, a seed and the number of training rows to an unfitted estimator.
    """

    family: Family
    layout: Layout
    space: Mapping[str, Range]
    defaults: Hyperparameters
    build: Callable[[Hyperparameters, int, int], Any]

    def fit(
        self, hyperparameters: Hyperparameters, seed: int
    ) -> Callable[[Float32Array, FloatArray], "SklearnRegressor"]:
        """Return what fits a regressor by this recipe."""

        def fit(features: Float32Array, targets: FloatArray) -> SklearnRegressor:
            estimator = self.build(hyperparameters, seed, len(features))
            estimator.fit(features.astype(np.float64), targets)
            return SklearnRegressor(estimator)

        return fit


@dataclass(frozen=True)
class SklearnRegressor:
    """A fitted estimator of scikit-learn as a `Regressor`."""

    estimator: Any

    def predict(self, features: Float32Array) -> FloatArray:
        """Return outputs of shape (n, n_outputs)."""
        outputs = np.asarray(self.estimator.predict(features.astype(np.float64)))
        return outputs.reshape(len(features), -1)


def _linear_regression(chosen: Hyperparameters, seed: int, rows: int) -> Any:  # noqa: ANN401 - scikit-learn is untyped
    del seed, rows
    strengths = np.geomspace(chosen["first_alpha"], chosen["last_alpha"], len(LEAD_DAYS))
    return make_pipeline(StandardScaler(), Ridge(alpha=strengths))


def _random_forest(chosen: Hyperparameters, seed: int, rows: int) -> Any:  # noqa: ANN401 - as above
    return RandomForestRegressor(
        n_estimators=_FOREST_TREES,
        min_samples_leaf=_leaf(chosen, rows),
        max_features=chosen["feature_share"],
        max_samples=_FOREST_SAMPLE,
        random_state=seed,
        n_jobs=1,
    )


def _gradient_boosting(chosen: Hyperparameters, seed: int, rows: int) -> Any:  # noqa: ANN401 - as above
    return HistGradientBoostingRegressor(
        max_iter=_BOOSTING_ROUNDS,
        learning_rate=chosen["learning_rate"],
        max_leaf_nodes=8,
        min_samples_leaf=_leaf(chosen, rows),
        max_features=chosen["feature_share"],
        l2_regularization=10.0,
        early_stopping=False,
        random_state=seed,
    )


def _leaf(chosen: Hyperparameters, rows: int) -> int:
    return max(1, round(chosen["leaf_share"] * rows))


# The spaces are narrow on purpose: over 13 places, what one tuning year liked best in wide ones was
# worse in the next year than the defaults.
FAMILIES: dict[Family, FamilyMethod] = {
    method.family: method
    for method in (
        FamilyMethod(
            family=Family.LINEAR_REGRESSION,
            layout=Layout.WIDE,
            # Strength of the penalty at lead 1 and lead 7, a geometric course between them.
            space={"first_alpha": Range(30.0, 300.0), "last_alpha": Range(1e3, 1e4)},
            defaults={"first_alpha": 50.0, "last_alpha": 2500.0},
            build=_linear_regression,
        ),
        FamilyMethod(
            family=Family.RANDOM_FOREST,
            layout=Layout.WIDE,
            space={"leaf_share": Range(0.008, 0.04), "feature_share": Range(0.2, 0.5)},
            defaults={"leaf_share": 0.015, "feature_share": 0.3},
            build=_random_forest,
        ),
        FamilyMethod(
            family=Family.GRADIENT_BOOSTING,
            layout=Layout.LONG,
            space={
                "learning_rate": Range(0.03, 0.14),
                "leaf_share": Range(0.02, 0.08),
                "feature_share": Range(0.2, 0.5),
            },
            defaults={"learning_rate": 0.07, "leaf_share": 0.05, "feature_share": 0.3},
            build=_gradient_boosting,
        ),
    )
}

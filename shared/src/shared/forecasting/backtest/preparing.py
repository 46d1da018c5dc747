"""Preparing a fold: all of it that does not depend on the regressor, made once for all trials."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from shared.forecasting.arrays import DateArray, Float32Array, FloatArray, IntArray
from shared.forecasting.backtest.comparison import reference_forecasts
from shared.forecasting.backtest.past_forecasts import PastForecasts
from shared.forecasting.backtest.plan import Fold, Plan, whole_year
from shared.forecasting.baseline import Baseline
from shared.forecasting.features import (
    FeatureSpecification,
    Layout,
    build_features,
    regressor_input,
)
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.model import FittedModel, Regressor
from shared.forecasting.rain import RainAmounts
from shared.forecasting.series import target_series, targets_by_lead
from shared.forecasting.variables import LEAD_DAYS, Variable

# A case counts half as much as one so many days later: climates and sources drift. Over the places
# of decision 0020, 3 to 12 years do about equally well, and all better than equal weights.
_HALF_LIFE_DAYS = 6 * 365.25
# A day is hot (rainy, windy) above this quantile of the days before.
_HOT_LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """What a regressor is fitted on.

    Attributes
    ----------
    inputs : ndarray of shape (n, n_names) or (7 n, n_names)
        Laid-out features.
    targets : ndarray of shape (n, 7), in the long layout (7 n,)
        What the first guess left of the target series.
    weights : ndarray of shape (n,) or (7 n,)
        How much each row counts; 1 in the mean.
    is_event : bool
        Whether the target series is 0 or 1, so that the mean is wanted and never the median.
    """

    inputs: Float32Array
    targets: FloatArray
    weights: FloatArray
    is_event: bool


#: Fits a regressor.
Fit = Callable[[TrainingSet], Regressor]


@dataclass(frozen=True, eq=False)
class PreparedFold:
    """A fold with its training set and its test cases.

    Attributes
    ----------
    test_dates : ndarray of datetime64[D], shape (n_test,)
        Reference dates.
    test_features, test_first_guess : ndarray
        As `FittedModel.forecast` takes them.
    observed : ndarray of shape (n_test, 7)
        The target series on the valid dates.
    values : ndarray of shape (n_test, 7)
        The variable itself on the valid dates, in its unit.
    references : dict of str to ndarray of shape (n_test, 7)
        Forecasts of the references, by name.
    hot_from : float
        The 95th percentile of the variable in the fold's past.
    """

    specification: FeatureSpecification
    baseline: Baseline
    training: TrainingSet
    test_dates: DateArray
    test_features: Float32Array
    test_first_guess: FloatArray
    observed: FloatArray
    values: FloatArray
    references: dict[str, FloatArray]
    hot_from: float
    rain_amounts: RainAmounts | None

    def fit(self, fit: Fit) -> FittedModel:
        """Return the model this fold's past yields."""
        return FittedModel(self.specification, self.baseline, fit(self.training))

    def test(self, model: FittedModel) -> FloatArray:
        """Return the model's forecasts of the test cases, shape (n_test, 7)."""
        return model.forecast(self.test_dates, self.test_features, self.test_first_guess)

    def forecast(self, fit: Fit) -> FloatArray:
        """Return what is forecast for the test cases by what is fitted to this fold's past."""
        return self.test(self.fit(fit))

    def relative_error(self, forecast: FloatArray) -> float:
        """Return the mean over leads of the squared error relative to damped persistence's.

        So every lead counts alike; a plain mean would only see the last ones.
        """
        damped = self.references["damped_persistence"]
        of_forecast = ((self.observed - forecast) ** 2).mean(axis=0)
        of_damped = ((self.observed - damped) ** 2).mean(axis=0)
        return float((of_forecast / of_damped).mean())

    @property
    def test_inputs(self) -> Float32Array:
        """The test features as the regressor is given them."""
        return regressor_input(
            self.specification,
            self.baseline,
            self.test_dates,
            self.test_features,
            self.test_first_guess,
        )

    def verified(self, forecast: FloatArray) -> PastForecasts:
        """Return forecasts of the test cases with what came of them."""
        return PastForecasts(self.test_dates, forecast, self.observed)


def prepare_fold(
    specification: FeatureSpecification, known: ForecastInputs, fold: Fold
) -> PreparedFold:
    """Fit climatologies and first guess on the past of a fold; build features and targets."""
    past = known.until(known.own.dates[fold.origin].item())
    return _prepared(specification, known, fold, past)


def prepare_final(
    specification: FeatureSpecification, known: ForecastInputs, plan: Plan
) -> PreparedFold:
    """Prepare the fit on everything there is; its test cases, the backtest year, are in-sample."""
    return _prepared(specification, known, replace(whole_year(plan), train=plan.usable), known)


def _prepared(
    specification: FeatureSpecification, known: ForecastInputs, fold: Fold, past: ForecastInputs
) -> PreparedFold:
    target, dates = specification.target, known.own.dates
    baseline = Baseline.fit(target, specification.sources, past)
    features = build_features(specification, baseline, known)
    values = known.own.column(target)
    observed = targets_by_lead(target_series(target, values))
    is_rain = target is Variable.PRECIPITATION
    return PreparedFold(
        specification=specification,
        baseline=baseline,
        training=_training_set(specification, baseline, known, fold.train, features, observed),
        test_dates=dates[fold.test],
        test_features=features[fold.test],
        test_first_guess=baseline.first_guess(known, dates[fold.test]),
        observed=observed[fold.test],
        values=targets_by_lead(values)[fold.test],
        references=reference_forecasts(baseline, known, dates[fold.test]),
        hot_from=float(np.nanquantile(past.own.column(target), _HOT_LEVEL)),
        rain_amounts=RainAmounts.fit(past.own.dates, past.own.column(target)) if is_rain else None,
    )


def _training_set(
    specification: FeatureSpecification,
    baseline: Baseline,
    known: ForecastInputs,
    rows: IntArray,
    features: Float32Array,
    observed: FloatArray,
) -> TrainingSet:
    dates = known.own.dates[rows]
    first_guess = baseline.first_guess(known, dates)
    residuals = observed[rows] - first_guess
    weights = 0.5 ** ((rows[-1] - rows) / _HALF_LIFE_DAYS)
    weights /= weights.mean()
    is_wide = specification.layout is Layout.WIDE
    return TrainingSet(
        inputs=regressor_input(specification, baseline, dates, features[rows], first_guess),
        targets=residuals if is_wide else residuals.ravel(),
        weights=weights if is_wide else np.repeat(weights, len(LEAD_DAYS)),
        is_event=specification.target is Variable.PRECIPITATION,
    )

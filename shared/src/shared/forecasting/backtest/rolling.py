"""Running a backtest: every fold refitted on its past, its intervals made of known errors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from shared.forecasting.arrays import DateArray, Float32Array, FloatArray, valid_dates
from shared.forecasting.backtest.plan import Fold, Plan, targets_by_lead
from shared.forecasting.baseline import Baseline
from shared.forecasting.cases import PairedCases
from shared.forecasting.features import (
    FeatureSpecification,
    Layout,
    build_features,
    regressor_input,
)
from shared.forecasting.history import DailyHistory
from shared.forecasting.intervals import ResidualQuantiles
from shared.forecasting.model import FittedModel, Regressor
from shared.forecasting.rain import RainAmounts
from shared.forecasting.references import ClimatologyForecaster, PersistenceForecaster
from shared.forecasting.series import target_series
from shared.forecasting.variable_forecast import values_and_bounds
from shared.forecasting.variables import HORIZON_DAYS, Variable

#: Fits a regressor on laid-out features and what damped persistence left of the targets.
Fit = Callable[[Float32Array, FloatArray], Regressor]


@dataclass(frozen=True, eq=False)
class PastErrors:
    """Errors (observed minus forecast) of out-of-sample forecasts: what intervals are made of.

    Attributes
    ----------
    reference_dates : ndarray of datetime64[D], shape (n,)
    errors : ndarray of shape (n, 7)
    """

    reference_dates: DateArray
    errors: FloatArray

    def known_on(self, day: np.datetime64) -> FloatArray:
        """Return the errors all of whose valid dates had come by a day."""
        return self.errors[self.reference_dates + HORIZON_DAYS <= day]

    def followed_by(self, later: "PastErrors") -> "PastErrors":
        """Return these errors and later ones."""
        return PastErrors(
            np.concatenate([self.reference_dates, later.reference_dates]),
            np.concatenate([self.errors, later.errors]),
        )


@dataclass(frozen=True, eq=False)
class PreparedFold:
    """A fold with all that does not depend on the regressor, so that trials can share it.

    Attributes
    ----------
    train_inputs, train_targets : ndarray
        Laid-out features, and what damped persistence left of the targets: shape (n, 7) in the
        wide layout, (7 n,) in the long one.
    test_dates, test_series, test_features : ndarray
        As `FittedModel.forecast` takes them.
    observed : ndarray of shape (n_test, 7)
        The target series on the valid dates.
    values : ndarray of shape (n_test, 7)
        The variable itself on the valid dates, in its unit.
    """

    specification: FeatureSpecification
    baseline: Baseline
    train_inputs: Float32Array
    train_targets: FloatArray
    test_dates: DateArray
    test_series: FloatArray
    test_features: Float32Array
    observed: FloatArray
    values: FloatArray
    rain_amounts: RainAmounts | None

    def fit(self, fit: Fit) -> FittedModel:
        """Return the model this fold's past yields."""
        regressor = fit(self.train_inputs, self.train_targets)
        return FittedModel(self.specification, self.baseline, regressor)

    def test(self, model: FittedModel) -> FloatArray:
        """Return the model's forecasts of the test cases, shape (n_test, 7)."""
        return model.forecast(self.test_dates, self.test_series, self.test_features)

    def relative_error(self, forecast: FloatArray) -> float:
        """Return the mean over leads of the squared error relative to damped persistence's.

        So every lead counts alike; a plain mean would only see the last ones.
        """
        damped = self.baseline.damped_persistence.forecast(self.test_dates, self.test_series)
        of_forecast = ((self.observed - forecast) ** 2).mean(axis=0)
        of_damped = ((self.observed - damped) ** 2).mean(axis=0)
        return float((of_forecast / of_damped).mean())

    @property
    def test_inputs(self) -> Float32Array:
        """The test features as the regressor is given them."""
        return regressor_input(
            self.specification, self.baseline, self.test_dates, self.test_features
        )

    def errors(self, forecast: FloatArray) -> PastErrors:
        """Return what the observations of the test cases showed of their forecasts."""
        return PastErrors(self.test_dates, self.observed - forecast)


def prepare_fold(
    specification: FeatureSpecification, history: DailyHistory, fold: Fold
) -> PreparedFold:
    """Fit climatologies and damping on the past of a fold, and build its features and targets."""
    past = history.until(history.dates[fold.origin].item())
    return _prepared(specification, history, fold, past)


def prepare_final(
    specification: FeatureSpecification, history: DailyHistory, plan: Plan
) -> PreparedFold:
    """Prepare the fit on everything there is; its test cases, the backtest year, are in-sample."""
    tested = np.concatenate([fold.test for fold in plan.monthly])
    return _prepared(specification, history, Fold(plan.usable, tested), history)


def _prepared(
    specification: FeatureSpecification, history: DailyHistory, fold: Fold, past: DailyHistory
) -> PreparedFold:
    dates = history.dates
    target = specification.target
    baseline = Baseline.fit(target, specification.inputs, past)
    features = build_features(specification, baseline, history)
    series = target_series(target, history.column(target))
    later = targets_by_lead(series)
    damped = baseline.damped_persistence.forecast(dates[fold.train], series[fold.train])
    residuals = later[fold.train] - damped
    is_wide = specification.layout is Layout.WIDE
    values = history.column(target)
    return PreparedFold(
        specification=specification,
        baseline=baseline,
        train_inputs=regressor_input(
            specification, baseline, dates[fold.train], features[fold.train]
        ),
        train_targets=residuals if is_wide else residuals.ravel(),
        test_dates=dates[fold.test],
        test_series=series[fold.test],
        test_features=features[fold.test],
        observed=later[fold.test],
        values=targets_by_lead(values)[fold.test],
        rain_amounts=(
            RainAmounts.fit(past.dates, past.column(target))
            if target is Variable.PRECIPITATION
            else None
        ),
    )


def run_backtest(folds: Sequence[PreparedFold], fit: Fit, earlier: PastErrors) -> PairedCases:
    """Backtest a recipe.

    Parameters
    ----------
    folds : sequence of PreparedFold
        In the order of time.
    earlier : PastErrors
        Errors from before the first fold. The intervals of a fold are made of the errors known
        at its origin: these, and those of the folds before it.
    """
    parts = []
    for fold in folds:
        forecast = fold.test(fold.fit(fit))
        parts.append(_paired(fold, forecast, earlier.known_on(fold.test_dates[0])))
        earlier = earlier.followed_by(fold.errors(forecast))
    return PairedCases.joined(parts)


def _paired(fold: PreparedFold, forecast: FloatArray, earlier: FloatArray) -> PairedCases:
    dates, series = fold.test_dates, fold.test_series
    damped = fold.baseline.damped_persistence
    uncertainty = fold.rain_amounts or ResidualQuantiles.fit(earlier)
    _, bounds = values_and_bounds(
        fold.specification.target, valid_dates(dates), forecast, uncertainty
    )
    return PairedCases(
        reference_dates=dates,
        observed=fold.observed,
        forecast=forecast,
        climatology=ClimatologyForecaster(climatology=damped.climatology).forecast(dates, series),
        persistence=PersistenceForecaster().forecast(dates, series),
        damped_persistence=damped.forecast(dates, series),
        inside_80=(bounds["lower_80"] <= fold.values) & (fold.values <= bounds["upper_80"]),
        inside_95=(bounds["lower_95"] <= fold.values) & (fold.values <= bounds["upper_95"]),
    )

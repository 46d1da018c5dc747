"""A fitted model: the first guess plus what a regressor makes of its errors."""

from dataclasses import dataclass
from typing import Protocol

from shared.forecasting.arrays import DateArray, Float32Array, FloatArray, within
from shared.forecasting.baseline import Baseline
from shared.forecasting.features import FeatureSpecification, regressor_input
from shared.forecasting.series import target_bounds
from shared.forecasting.variables import LEAD_DAYS


class Regressor(Protocol):
    """What families fit and the artifact holds."""

    def predict(self, features: Float32Array) -> FloatArray:
        """Return outputs of shape (n, n_outputs) for features of shape (n, n_features)."""
        ...


@dataclass(frozen=True)
class FittedModel:
    """Forecasts the target series of a variable."""

    specification: FeatureSpecification
    baseline: Baseline
    regressor: Regressor

    def forecast(
        self, dates: DateArray, features: Float32Array, first_guess: FloatArray
    ) -> FloatArray:
        """Return forecasts of the target series, shape (n, 7).

        Parameters
        ----------
        dates : ndarray of datetime64[D], shape (n,)
            Reference dates.
        features : ndarray of shape (n, n_features)
            Their rows of `build_features`.
        first_guess : ndarray of shape (n, 7)
            `Baseline.first_guess` of them.
        """
        corrected = first_guess + self.correction(dates, features, first_guess)
        return within(corrected, *target_bounds(self.specification.target))

    def correction(
        self, dates: DateArray, features: Float32Array, first_guess: FloatArray
    ) -> FloatArray:
        """Return what the regressor would add to the first guess, shape (n, 7)."""
        laid_out = regressor_input(self.specification, self.baseline, dates, features, first_guess)
        return self.regressor.predict(laid_out).reshape(len(dates), len(LEAD_DAYS))

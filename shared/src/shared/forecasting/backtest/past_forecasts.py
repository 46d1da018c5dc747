"""Out-of-sample forecasts and what came of them: what intervals and calibration are made of."""

from dataclasses import dataclass

import numpy as np

from shared.forecasting.arrays import DateArray, FloatArray
from shared.forecasting.calibration import ProbabilityCalibration
from shared.forecasting.intervals import ResidualQuantiles
from shared.forecasting.variables import HORIZON_DAYS


@dataclass(frozen=True, eq=False)
class PastForecasts:
    """Out-of-sample forecasts of the target series, before any calibration.

    Attributes
    ----------
    reference_dates : ndarray of datetime64[D], shape (n,)
    forecast, observed : ndarray of shape (n, 7)
    """

    reference_dates: DateArray
    forecast: FloatArray
    observed: FloatArray

    def known_on(self, day: np.datetime64) -> "PastForecasts":
        """Return the forecasts all of whose valid dates had come by a day."""
        known = self.reference_dates + HORIZON_DAYS <= day
        return PastForecasts(
            self.reference_dates[known], self.forecast[known], self.observed[known]
        )

    def followed_by(self, later: "PastForecasts") -> "PastForecasts":
        """Return these forecasts and later ones."""
        return PastForecasts(
            np.concatenate([self.reference_dates, later.reference_dates]),
            np.concatenate([self.forecast, later.forecast]),
            np.concatenate([self.observed, later.observed]),
        )

    def residual_quantiles(self) -> ResidualQuantiles:
        """Return intervals for forecasts of a quantity; raises `NotEnoughData` for too few."""
        return ResidualQuantiles.fit(self.observed - self.forecast, self.reference_dates)

    def calibration(self) -> ProbabilityCalibration:
        """Return what makes forecasts of a probability reliable."""
        return ProbabilityCalibration.fit(self.forecast, self.observed)

"""Errors of out-of-sample forecasts: what intervals are made of."""

from dataclasses import dataclass

import numpy as np

from shared.forecasting.arrays import DateArray, FloatArray
from shared.forecasting.variables import HORIZON_DAYS


@dataclass(frozen=True, eq=False)
class PastErrors:
    """Errors (observed minus forecast) of out-of-sample forecasts.

    Attributes
    ----------
    reference_dates : ndarray of datetime64[D], shape (n,)
    errors : ndarray of shape (n, 7)
    """

    reference_dates: DateArray
    errors: FloatArray

    def known_on(self, day: np.datetime64) -> "PastErrors":
        """Return the errors all of whose valid dates had come by a day."""
        known = self.reference_dates + HORIZON_DAYS <= day
        return PastErrors(self.reference_dates[known], self.errors[known])

    def followed_by(self, later: "PastErrors") -> "PastErrors":
        """Return these errors and later ones."""
        return PastErrors(
            np.concatenate([self.reference_dates, later.reference_dates]),
            np.concatenate([self.errors, later.errors]),
        )

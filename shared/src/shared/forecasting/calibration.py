"""Calibrating probabilities: what was said at 30 % must happen on 30 of 100 days.

Logistic recalibration (Platt, 1999; for forecasts of the weather Wilks, Statistical Methods in the
Atmospheric Sciences, 2019, section 8), penalised towards leaving a probability as it is.
"""

from typing import Self

import numpy as np

from shared.forecasting.arrays import FloatArray
from shared.forecasting.record import Record
from shared.forecasting.series import target_bounds
from shared.forecasting.variables import LEAD_DAYS, Variable

# In reference dates: with so few past forecasts half of a correction is made.
_PENALTY_DATES = 5.0
_ROUNDS = 8  # Newton's method on two numbers; it has converged after five


class ProbabilityCalibration(Record):
    """Offset and slope of the log odds; 0 and 1 leave every probability as it is."""

    offset: float = 0.0
    slope: float = 1.0

    @classmethod
    def fit(cls, probability: FloatArray, occurred: FloatArray) -> Self:
        """Fit on out-of-sample forecasts of shape (n, 7) and what came of them, 0 or 1."""
        odds = _log_odds(probability).ravel()
        design = np.column_stack([np.ones(odds.size), odds])
        unchanged = np.array([0.0, 1.0])
        found = unchanged
        # The leads of a reference date tell nearly the same: together they count once.
        weight = 1.0 / len(LEAD_DAYS)
        for _ in range(_ROUNDS):
            said = 1.0 / (1.0 + np.exp(-design @ found))
            gradient = weight * design.T @ (occurred.ravel() - said)
            gradient -= _PENALTY_DATES * (found - unchanged)
            curvature = weight * (design * (said * (1.0 - said))[:, np.newaxis]).T @ design
            found = found + np.linalg.solve(curvature + _PENALTY_DATES * np.eye(2), gradient)
        offset, slope = found.tolist()
        # Never the wrong way round: rain that was said to be likelier stays so.
        return cls(offset=offset, slope=max(slope, 0.0))

    def apply(self, probability: FloatArray) -> FloatArray:
        """Return calibrated probabilities, of the same shape."""
        calibrated = 1.0 / (1.0 + np.exp(-(self.offset + self.slope * _log_odds(probability))))
        return np.clip(calibrated, *target_bounds(Variable.PRECIPITATION))


def _log_odds(probability: FloatArray) -> FloatArray:
    odds: FloatArray = np.log(probability / (1.0 - probability))
    return odds

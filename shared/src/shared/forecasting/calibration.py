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

# In reference dates: a year of forecasts outweighs it, the two months of a young site do not.
# Decision 0020 has the figures.
_PENALTY_DATES = 50.0
_ROUNDS = 12  # of Newton's method on two numbers, at most: five are nearly always enough
_HALVINGS = 20
_UNCHANGED = np.array([0.0, 1.0])


class ProbabilityCalibration(Record):
    """Offset and slope of the log odds; 0 and 1 leave every probability as it is."""

    offset: float = 0.0
    slope: float = 1.0

    @classmethod
    def fit(cls, probability: FloatArray, occurred: FloatArray) -> Self:
        """Fit on out-of-sample forecasts of shape (n, 7) and what came of them, 0 or 1."""
        odds = _log_odds(probability).ravel()
        found = _most_likely(np.column_stack([np.ones(odds.size), odds]), occurred.ravel())
        offset, slope = found.tolist()
        # Never the wrong way round: rain that was said to be likelier stays so.
        return cls(offset=offset, slope=max(slope, 0.0))

    def apply(self, probability: FloatArray) -> FloatArray:
        """Return calibrated probabilities, of the same shape."""
        calibrated = 1.0 / (1.0 + np.exp(-(self.offset + self.slope * _log_odds(probability))))
        return np.clip(calibrated, *target_bounds(Variable.PRECIPITATION))


def _most_likely(design: FloatArray, occurred: FloatArray) -> FloatArray:
    """Return offset and slope by Newton's method, its steps shortened until they improve.

    Whole steps run away where forecasts were far too sure; the loss is convex, so shorter ones
    cannot.
    """
    found = _UNCHANGED
    for _ in range(_ROUNDS):
        said = 1.0 / (1.0 + np.exp(-design @ found))
        slope = design.T @ (said - occurred) / len(LEAD_DAYS) + _PENALTY_DATES * (
            found - _UNCHANGED
        )
        certainty = (said * (1.0 - said))[:, np.newaxis]
        curvature = (design * certainty).T @ design / len(LEAD_DAYS) + _PENALTY_DATES * np.eye(2)
        step, loss = np.linalg.solve(curvature, slope), _loss(design, occurred, found)
        shorter = (found - step * 0.5**halvings for halvings in range(_HALVINGS))
        better = next((new for new in shorter if _loss(design, occurred, new) < loss), None)
        if better is None:
            break  # nothing is left but rounding
        found = better
    return found


def _loss(design: FloatArray, occurred: FloatArray, found: FloatArray) -> float:
    """Return the logarithmic loss in reference dates, the penalty in it."""
    odds = design @ found
    # The leads of a reference date tell nearly the same: together they count once.
    loss = float((np.logaddexp(0.0, odds) - occurred * odds).sum()) / len(LEAD_DAYS)
    return loss + 0.5 * _PENALTY_DATES * float(((found - _UNCHANGED) ** 2).sum())


def _log_odds(probability: FloatArray) -> FloatArray:
    odds: FloatArray = np.log(probability / (1.0 - probability))
    return odds

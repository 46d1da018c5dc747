"""Prediction intervals by conformal prediction: quantiles of past errors, per lead.

Split conformal prediction with signed residuals: Vovk et al., Algorithmic Learning in a Random
World (2005), https://doi.org/10.1007/b106715; the finite-sample ranks are those of Romano,
Patterson & Candes (2019), https://arxiv.org/abs/1905.03222, section 2.
"""

from typing import Self

import numpy as np

from shared.errors import NotEnoughData
from shared.forecasting.arrays import FloatArray
from shared.forecasting.record import PerLead, Record

#: Probability that the observation lies at or below each bound: 95 % and 80 %, lower and upper.
LEVELS = {"lower_95": 0.025, "lower_80": 0.10, "upper_80": 0.90, "upper_95": 0.975}

_FEWEST_RESIDUALS = 20


class ResidualQuantiles(Record):
    """How far observations lay from their forecasts, by level and lead, in the target's unit."""

    lower_95: PerLead
    lower_80: PerLead
    upper_80: PerLead
    upper_95: PerLead

    @classmethod
    def fit(cls, residuals: FloatArray) -> Self:
        """Fit on out-of-sample residuals, observed minus forecast, of shape (n, 7).

        Raises
        ------
        NotEnoughData
            Fewer than 20 residuals a lead.
        """
        if len(residuals) < _FEWEST_RESIDUALS:
            raise NotEnoughData(f"Intervals need at least {_FEWEST_RESIDUALS} past errors a lead.")
        ordered = np.sort(residuals, axis=0)
        return cls(**{name: _at_level(ordered, level) for name, level in LEVELS.items()})

    def bounds(self, forecast: FloatArray) -> dict[str, FloatArray]:
        """Return the four bounds around forecasts of shape (..., 7), each of that shape."""
        return {name: forecast + np.array(getattr(self, name)) for name in LEVELS}


def _at_level(ordered: FloatArray, level: float) -> tuple[float, ...]:
    """Return the order statistic that keeps the level for one more draw (never a narrower one)."""
    n = len(ordered)
    rank = np.floor((n + 1) * level) if level < 0.5 else np.ceil((n + 1) * level)  # noqa: PLR2004 - the middle of a distribution
    row = ordered[int(np.clip(rank, 1, n)) - 1]
    return tuple(row.tolist())

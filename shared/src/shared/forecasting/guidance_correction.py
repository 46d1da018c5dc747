"""Model output statistics at their plainest: guidance, corrected for what it usually gets wrong.

Glahn & Lowry (1972), https://doi.org/10.1175/1520-0450(1972)011<1203:TUOMOS>2.0.CO;2.
"""

from typing import Self

import numpy as np

from shared.errors import NotEnoughData
from shared.forecasting.arrays import FloatArray
from shared.forecasting.record import PerLead, Record
from shared.forecasting.variables import LEAD_DAYS

_FEWEST_CASES = 60
# Ridge penalty, in cases: a lead that says nothing is left alone.
_PENALTY_CASES = 5.0


class GuidanceCorrection(Record):
    """By lead: offset, weight of the guidance's anomaly, weight of today's observed anomaly."""

    offset: PerLead
    of_guidance: PerLead
    of_today: PerLead

    @classmethod
    def fit(cls, guidance: FloatArray, today: FloatArray, later: FloatArray) -> Self:
        """Fit each lead by (slightly penalised) least squares.

        Parameters
        ----------
        guidance, later : ndarray of shape (n, 7)
            Anomalies forecast and observed, on the valid dates; NaN where missing.
        today : ndarray of shape (n,)
            Anomalies observed on the reference dates.

        Raises
        ------
        NotEnoughData
            Fewer than 60 pairs at some lead.
        """
        columns = [_fitted(guidance[:, k], today, later[:, k]) for k in range(len(LEAD_DAYS))]
        offset, of_guidance, of_today = np.array(columns).T.tolist()
        return cls(offset=tuple(offset), of_guidance=tuple(of_guidance), of_today=tuple(of_today))

    def anomalies(self, guidance: FloatArray, today: FloatArray) -> FloatArray:
        """Return the corrected anomalies, shape (n, 7), from arguments as `fit` takes them."""
        corrected: FloatArray = (
            np.array(self.offset)
            + guidance * np.array(self.of_guidance)
            + today[:, np.newaxis] * np.array(self.of_today)
        )
        return corrected


def _fitted(guidance: FloatArray, today: FloatArray, later: FloatArray) -> FloatArray:
    design = np.column_stack([np.ones(len(today)), guidance, today])
    paired = ~np.isnan(design).any(axis=1) & ~np.isnan(later)
    if paired.sum() < _FEWEST_CASES:
        raise NotEnoughData(f"Correcting guidance needs {_FEWEST_CASES} cases at every lead.")
    design, later = design[paired], later[paired]
    power = (design[:, 1:] ** 2).mean(axis=0)
    penalty = _PENALTY_CASES * np.diag([0.0, *power])
    solution = np.linalg.solve(design.T @ design + penalty, design.T @ later)
    return np.asarray(solution, np.float64)

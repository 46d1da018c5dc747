"""The linear regression: a ridge a lead, deaf to the largest errors.

Fitted by iteratively reweighted least squares, so that errors count by their size up to a share of
the target's spread and no more beyond it (Huber, 1964, https://doi.org/10.1214/aoms/1177703732).
Anomalies of weather are skewed: over the places of decision 0020 this lowers the absolute error by
one per cent and does not raise the squared one. A probability is a mean, so 0/1 targets are fitted
by least squares.
"""

from collections.abc import Sequence

import numpy as np

from shared.forecasting.arrays import FloatArray
from shared.forecasting.backtest import TrainingSet
from shared.forecasting.linear import LinearMap

# Errors beyond this share of the target's standard deviation weigh less. From 0.3 to 1.0 it makes
# no difference; at 1.5 half of the gain is gone.
_THRESHOLD = 0.7
_ROUNDS = 3


def fit_ridge(training: TrainingSet, strengths: Sequence[float]) -> LinearMap:
    """Fit each lead with its own strength of the penalty.

    Parameters
    ----------
    training : TrainingSet
        In the wide layout.
    strengths : sequence of 7 floats
        Penalty on squared coefficients of standardised features, in cases.
    """
    weights = training.weights
    raw = training.inputs.astype(np.float64)
    mean = np.average(raw, axis=0, weights=weights)
    spread = np.sqrt(np.average((raw - mean) ** 2, axis=0, weights=weights))
    scale = np.where(spread > 0.0, spread, 1.0)
    features = (raw - mean) / scale
    rounds = 1 if training.is_event else _ROUNDS
    leads = [
        _fit_lead(features, targets, weights, strength, rounds)
        for targets, strength in zip(training.targets.T, strengths, strict=True)
    ]
    coefficients = np.column_stack([found for _, found in leads]) / scale[:, np.newaxis]
    return LinearMap.of(
        np.array([offset for offset, _ in leads]) - mean @ coefficients, coefficients
    )


def _fit_lead(
    features: FloatArray, targets: FloatArray, weights: FloatArray, strength: float, rounds: int
) -> tuple[float, FloatArray]:
    """Return offset and coefficients of one lead."""
    threshold = max(_THRESHOLD * float(targets.std()), np.finfo(np.float64).tiny)
    current = weights
    for _ in range(rounds):
        offset, coefficients = _weighted_ridge(features, targets, current, strength)
        errors = np.abs(targets - offset - features @ coefficients)
        current = weights / np.maximum(errors, threshold)
        current = current / current.mean()
    return offset, coefficients


def _weighted_ridge(
    features: FloatArray, targets: FloatArray, weights: FloatArray, strength: float
) -> tuple[float, FloatArray]:
    centre = np.average(features, axis=0, weights=weights)
    middle = float(np.average(targets, weights=weights))
    centred = features - centre
    gram = (centred * weights[:, np.newaxis]).T @ centred
    gram[np.diag_indices_from(gram)] += strength
    moments = centred.T @ (weights * (targets - middle))
    coefficients = np.asarray(np.linalg.solve(gram, moments), np.float64)
    return middle - float(centre @ coefficients), coefficients

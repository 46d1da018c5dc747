"""How good forecasts were: the usual scores, by the usual definitions.

References: Jolliffe & Stephenson, Forecast Verification (2012), https://doi.org/10.1002/9781119960003;
for skill Murphy (1988), https://doi.org/10.1175/1520-0493(1988)116<2417:SSBOTM>2.0.CO;2.
"""

import math
from collections.abc import Mapping
from statistics import NormalDist

import numpy as np

from shared.forecasting.arrays import BoolArray, FloatArray


def mae(forecast: FloatArray, observed: FloatArray) -> float:
    """Return the mean absolute error, in the unit of the arguments."""
    return float(np.abs(forecast - observed).mean())


def mse(forecast: FloatArray, observed: FloatArray) -> float:
    """Return the mean squared error; for a probability and a 0/1 event this is the Brier score."""
    return float(((forecast - observed) ** 2).mean())


def rmse(forecast: FloatArray, observed: FloatArray) -> float:
    """Return the root mean squared error, in the unit of the arguments."""
    return float(np.sqrt(mse(forecast, observed)))


def bias(forecast: FloatArray, observed: FloatArray) -> float:
    """Return the mean of forecast minus observed: positive if forecasts are too high."""
    return float((forecast - observed).mean())


def r2(forecast: FloatArray, observed: FloatArray) -> float:
    """Return the share of the variance of the observations that the forecasts explain.

    Pooled over all elements, so that the yearly course counts as explained; 0.0 where the
    observations do not vary.
    """
    variance = float(observed.var())
    return 1.0 - mse(forecast, observed) / variance if variance > 0.0 else 0.0


def skill_score(score: float, reference_score: float) -> float:
    """Return the fraction of the reference's error that a forecast removes.

    Parameters
    ----------
    score, reference_score : float
        Mean squared errors (or Brier scores) on identical cases; lower is better.

    Returns
    -------
    float
        In (-inf, 1]: 1 perfect, 0 no better than the reference (also if the reference is perfect).

    Examples
    --------
    >>> skill_score(1.0, 2.0)
    0.5
    """
    return 1.0 - score / reference_score if reference_score > 0.0 else 0.0


def crps(value: FloatArray, bounds: Mapping[str, FloatArray], observed: FloatArray) -> FloatArray:
    """Return the continuous ranked probability score of each forecast, lower is better.

    The weighted interval score of the median and the two intervals, which becomes the CRPS as
    intervals are added: Bracher et al. (2021), https://doi.org/10.1371/journal.pcbi.1008618.

    Parameters
    ----------
    value, observed : ndarray
    bounds : mapping of str to ndarray
        `lower_80`, `upper_80`, `lower_95` and `upper_95`, each of the shape of `value`.

    Examples
    --------
    >>> sharp = {name: np.array([1.0]) for name in ("lower_80", "upper_80", "lower_95", "upper_95")}
    >>> crps(np.array([1.0]), sharp, np.array([3.0]))  # a forecast without spread: its error
    array([2.])
    """
    total = 0.5 * np.abs(observed - value)
    for percent in (80, 95):
        lower, upper = bounds[f"lower_{percent}"], bounds[f"upper_{percent}"]
        outside = np.maximum(lower - observed, 0.0) + np.maximum(observed - upper, 0.0)
        total = total + (1.0 - percent / 100.0) / 2.0 * (upper - lower) + outside
    score: FloatArray = total / 2.5  # two intervals and half a median
    return score


def coverage_band(level: float, cases: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the shares of observations inside an interval that chance alone explains.

    The binomial band by its normal approximation, for independent cases; days in a row are not
    independent, so `cases` is best a number of days and not of days times leads.

    Examples
    --------
    >>> [round(edge, 3) for edge in coverage_band(0.8, 365)]
    [0.759, 0.841]
    """
    half = NormalDist().inv_cdf(0.5 + confidence / 2.0) * math.sqrt(level * (1.0 - level) / cases)
    return level - half, level + half


def coverage(inside: BoolArray) -> float:
    """Return the share of observations inside their interval."""
    return float(inside.mean())

"""How good forecasts were: the usual scores, by the usual definitions.

References: Jolliffe & Stephenson, Forecast Verification (2012), https://doi.org/10.1002/9781119960003;
for skill Murphy (1988), https://doi.org/10.1175/1520-0493(1988)116<2417:SSBOTM>2.0.CO;2.
"""

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


def coverage(inside: BoolArray) -> float:
    """Return the share of observations inside their interval."""
    return float(inside.mean())

"""Gaps: short ones between observed days are bridged, longer ones stay open."""

import numpy as np

from shared.forecasting.arrays import FloatArray

LONGEST_BRIDGE_DAYS = 3


def bridge_gaps(series: FloatArray, longest: int = LONGEST_BRIDGE_DAYS) -> FloatArray:
    """Fill gaps of at most `longest` days by a straight line between the days around them.

    A bridge leans on the day after the gap. It is therefore only for days before a reference date
    that is itself observed: then nothing after the reference date is touched.

    Parameters
    ----------
    series : ndarray of shape (n_days,)
        Anomalies, NaN where missing.

    Returns
    -------
    ndarray of shape (n_days,)
        Still NaN in longer gaps, before the first and after the last observed day.

    Examples
    --------
    >>> bridge_gaps(np.array([1.0, np.nan, 3.0, np.nan]))
    array([ 1.,  2.,  3., nan])
    """
    observed = np.flatnonzero(~np.isnan(series))
    if observed.size in (0, series.size):
        return series
    days = np.arange(series.size)
    bridged = np.interp(days, observed, series[observed], left=np.nan, right=np.nan)
    after = np.searchsorted(observed, days)
    inside = (after > 0) & (after < observed.size)
    gap = np.zeros(series.size)
    gap[inside] = observed[after[inside]] - observed[after[inside] - 1] - 1
    bridged[inside & (gap > longest) & np.isnan(series)] = np.nan
    bridged[observed] = series[observed]
    return bridged

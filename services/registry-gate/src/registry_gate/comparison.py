"""Champion against challenger on identical cases: whether the difference is more than luck."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from typing import Self

import numpy as np
from scipy import stats

from shared.forecasting.arrays import BoolArray, FloatArray
from shared.forecasting.variables import HORIZON_DAYS

#: Days that are drawn together: twice the largest lead, so that a block keeps its weather.
BLOCK_DAYS = 2 * HORIZON_DAYS
_RESAMPLES = 1000
_SEED = 20261123
# One-sided, the lower end of it says the same as a p-value of 10 %.
_INTERVAL = (0.1, 0.9)


@dataclass(frozen=True)
class Comparison:
    """What paired cases say about challenger and champion.

    Attributes
    ----------
    paired_days : int
        Reference dates both have forecasts for.
    champion_rmse, challenger_rmse : float
        Pooled over leads, in the variable's unit (rain: of the probability).
    p_value : float
        One-sided: the probability of such an advantage of the challenger if there were none.
    interval : tuple of float
        In which the improvement lies in 80 % of the years that such weather could have made.
    slices : mapping of str to Comparison
        The same of hot days, of each season and of each lead, as far as there are such cases.
    """

    paired_days: int
    champion_rmse: float
    challenger_rmse: float
    p_value: float
    interval: tuple[float, float] = (nan, nan)
    slices: Mapping[str, "Comparison"] = field(default_factory=dict)

    @property
    def improvement(self) -> float:
        """Fraction by which the challenger's RMSE is lower; negative if it is higher."""
        if self.champion_rmse == 0.0:
            return 0.0 if self.challenger_rmse == 0.0 else -np.inf
        return 1.0 - self.challenger_rmse / self.champion_rmse

    @classmethod
    def impossible(cls) -> Self:
        """Return the comparison without any paired case, which proves nothing."""
        return cls(paired_days=0, champion_rmse=nan, challenger_rmse=nan, p_value=1.0)

    @classmethod
    def of(
        cls,
        champion_errors: FloatArray,
        challenger_errors: FloatArray,
        slices: Mapping[str, BoolArray] | None = None,
    ) -> Self:
        """Compare the errors on the same cases; without any, nothing can be said.

        Parameters
        ----------
        champion_errors, challenger_errors : ndarray of shape (n_reference_dates, n_leads)
            Forecast minus observed, rows in order of time.
        slices : mapping of str to ndarray of bool, shape (n_reference_dates, n_leads)
            Which cases belong to each slice.
        """
        if len(champion_errors) == 0:
            return cls.impossible()
        return cls(
            paired_days=len(champion_errors),
            champion_rmse=_root_mean_square(champion_errors),
            challenger_rmse=_root_mean_square(challenger_errors),
            p_value=diebold_mariano(champion_errors, challenger_errors),
            interval=improvement_interval(champion_errors, challenger_errors),
            slices={
                name: cls._of_slice(champion_errors, challenger_errors, chosen)
                for name, chosen in (slices or {}).items()
            },
        )

    @classmethod
    def _of_slice(
        cls, champion_errors: FloatArray, challenger_errors: FloatArray, chosen: BoolArray
    ) -> Self:
        """Compare on chosen cases; a reference date counts by its chosen leads alone."""
        days = chosen.any(axis=1)
        if not days.any():
            return cls.impossible()
        champion, challenger = (
            np.where(chosen, errors, nan)[days] for errors in (champion_errors, challenger_errors)
        )
        return cls(
            paired_days=int(days.sum()),
            champion_rmse=_root_mean_square(champion_errors[chosen]),
            challenger_rmse=_root_mean_square(challenger_errors[chosen]),
            p_value=_p_value(np.nanmean(champion**2 - challenger**2, axis=1), HORIZON_DAYS),
        )


def diebold_mariano(
    champion_errors: FloatArray, challenger_errors: FloatArray, *, horizon: int = HORIZON_DAYS
) -> float:
    """Return the one-sided p-value that the challenger is not better than the champion.

    Parameters
    ----------
    champion_errors, challenger_errors : ndarray of shape (n_reference_dates, n_leads)
        Errors on the same cases, rows in order of time; the loss is squared error, averaged over
        the leads of a reference date, so that each date counts once.
    horizon : int
        Largest lead in days: losses of dates nearer than that share weather.

    Returns
    -------
    float
        In [0, 1]; 1.0 if there are too few dates to say anything, no difference at all, or an
        error that is not a number.

    Notes
    -----
    Diebold & Mariano (1995), https://doi.org/10.1080/07350015.1995.10524599, with the small-sample
    correction of Harvey, Leybourne & Newbold (1997),
    https://doi.org/10.1016/S0169-2070(96)00719-4, and Bartlett weights (Newey & West, 1987,
    https://doi.org/10.2307/1913610), which keep the long-run variance positive.
    """
    return _p_value(np.mean(champion_errors**2 - challenger_errors**2, axis=1), horizon)


def improvement_interval(
    champion_errors: FloatArray, challenger_errors: FloatArray, *, block_days: int = BLOCK_DAYS
) -> tuple[float, float]:
    """Return the 80 % interval of the improvement in RMSE, by the moving-block bootstrap.

    Parameters
    ----------
    champion_errors, challenger_errors : ndarray of shape (n_reference_dates, n_leads)
        Errors on the same cases, rows in order of time.
    block_days : int
        Reference dates in a row that are drawn together.

    Returns
    -------
    tuple of float
        NaN if there are fewer than two blocks; the same for the same errors.

    Notes
    -----
    Künsch (1989), https://doi.org/10.1214/aos/1176347265. It needs no formula for the variance and
    speaks in the unit the margin is set in; it is told beside the test and decides nothing.
    """
    n = len(champion_errors)
    if n < 2 * block_days:
        return nan, nan
    rng = np.random.default_rng(_SEED)
    starts = rng.integers(0, n - block_days + 1, (_RESAMPLES, -(-n // block_days)))
    champion, challenger = (
        _block_sums(np.mean(errors**2, axis=1), block_days)[starts].sum(axis=1)
        for errors in (champion_errors, challenger_errors)
    )
    if not np.all(champion > 0.0):
        return nan, nan
    low, high = np.quantile(1.0 - np.sqrt(challenger / champion), _INTERVAL)
    return float(low), float(high)


def _p_value(advantage: FloatArray, horizon: int) -> float:
    """Return how probable such a mean of losses saved is if none is saved, days in order."""
    n = len(advantage)
    if n <= 2 * horizon or not np.isfinite(advantage).all():
        return 1.0
    variance = _long_run_variance(advantage, lags=horizon - 1)
    if variance <= 0.0:
        return 1.0 if advantage.mean() <= 0.0 else 0.0
    correction = (n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n
    statistic = advantage.mean() / np.sqrt(variance / n) * np.sqrt(correction)
    return float(stats.t.sf(statistic, df=n - 1))


def _long_run_variance(series: FloatArray, *, lags: int) -> float:
    centred = series - series.mean()
    n = len(centred)
    covariances = np.array([centred[lag:] @ centred[: n - lag] / n for lag in range(lags + 1)])
    weights = 1.0 - np.arange(lags + 1) / (lags + 1)
    return float(covariances[0] + 2.0 * weights[1:] @ covariances[1:])


def _block_sums(losses: FloatArray, block_days: int) -> FloatArray:
    """Return the sum of each block of consecutive days, by the day it begins on."""
    summed = np.concatenate([[0.0], np.cumsum(losses)])
    sums: FloatArray = summed[block_days:] - summed[:-block_days]
    return sums


def _root_mean_square(errors: FloatArray) -> float:
    return float(np.sqrt(np.mean(errors**2)))

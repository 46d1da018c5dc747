"""Champion against challenger on identical cases: whether the difference is more than luck."""

from dataclasses import dataclass
from math import nan
from typing import Self

import numpy as np
from scipy import stats

from shared.forecasting.arrays import FloatArray
from shared.forecasting.variables import HORIZON_DAYS


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
    """

    paired_days: int
    champion_rmse: float
    challenger_rmse: float
    p_value: float

    @property
    def improvement(self) -> float:
        """Fraction by which the challenger's RMSE is lower; negative if it is higher."""
        if self.champion_rmse == 0.0:
            return 0.0
        return 1.0 - self.challenger_rmse / self.champion_rmse

    @classmethod
    def impossible(cls) -> Self:
        """Return the comparison without any paired case, which proves nothing."""
        return cls(paired_days=0, champion_rmse=nan, challenger_rmse=nan, p_value=1.0)

    @classmethod
    def of(cls, champion_errors: FloatArray, challenger_errors: FloatArray) -> Self:
        """Compare the errors on the same cases; without any, nothing can be said.

        Parameters
        ----------
        champion_errors, challenger_errors : ndarray of shape (n_reference_dates, n_leads)
            Forecast minus observed, rows in order of time.
        """
        if len(champion_errors) == 0:
            return cls.impossible()
        return cls(
            paired_days=len(champion_errors),
            champion_rmse=_root_mean_square(champion_errors),
            challenger_rmse=_root_mean_square(challenger_errors),
            p_value=diebold_mariano(champion_errors, challenger_errors),
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
        In [0, 1]; 1.0 if there are too few dates to say anything or no difference at all.

    Notes
    -----
    Diebold & Mariano (1995), https://doi.org/10.1080/07350015.1995.10524599, with the small-sample
    correction of Harvey, Leybourne & Newbold (1997),
    https://doi.org/10.1016/S0169-2070(96)00719-4, and Bartlett weights (Newey & West, 1987,
    https://doi.org/10.2307/1913610), which keep the long-run variance positive.
    """
    advantage = np.mean(champion_errors**2 - challenger_errors**2, axis=1)
    n = len(advantage)
    if n <= 2 * horizon:
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


def _root_mean_square(errors: FloatArray) -> float:
    return float(np.sqrt(np.mean(errors**2)))

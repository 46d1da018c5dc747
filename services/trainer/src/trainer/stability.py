"""How sure the choice among contenders is: who would have led had the year been a little different.

The backtest's reference dates are drawn again with replacement, in blocks since days resemble their
neighbours, and the contest is held on each sample. A family that leads in few of them leads by
chance: that is a tie, and a tie goes to the simpler one.

Reference: Kuensch, The jackknife and the bootstrap for general stationary observations (1989),
https://doi.org/10.1214/aos/1176347265.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from shared.forecasting.arrays import DateArray, FloatArray
from shared.forecasting.cases import PairedCases
from shared.forecasting.families import Family
from trainer.selection import Entry, Weights, composite

#: A family that is ahead in a smaller share of the samples is not clearly better. Decision 0031 has
#: what other shares cost and gain.
CLEAR = 0.95

_SAMPLES = 200
# Longer than the lead and the memory of the weather, much shorter than a season.
_BLOCK_DAYS = 14


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums over the leads of each reference date, from which all scores of a sample follow."""

    squared_errors: FloatArray
    squared_errors_of_climatology: FloatArray
    observed: FloatArray
    squared_observed: FloatArray
    n_leads: int

    def metrics(self, counts: FloatArray) -> dict[str, FloatArray]:
        """Return the metrics the contest needs of each sample; `counts` is (samples, dates)."""
        n = counts.sum(axis=1) * self.n_leads
        squared = counts @ self.squared_errors
        total = counts @ self.squared_observed - (counts @ self.observed) ** 2 / n
        climatology = counts @ self.squared_errors_of_climatology
        return {
            "rmse": np.sqrt(squared / n),
            "rmse_climatology": np.sqrt(climatology / n),
            "r2": np.where(total > 0.0, 1.0 - squared / np.where(total > 0.0, total, 1.0), 0.0),
        }


@dataclass(frozen=True, eq=False)
class SampledContest:
    """The contest, held again on samples of the backtest year.

    Attributes
    ----------
    scores : mapping of Family to ndarray of shape (n_samples,)
        Composite scores, those of the simplest family first.
    """

    scores: Mapping[Family, FloatArray]

    @property
    def winner(self) -> Family:
        """The family to use: a more complex one takes over only from those it clearly beats."""
        return reduce(self._of_two, self.scores)

    @property
    def wins(self) -> dict[Family, float]:
        """In which share of the samples each family leads; of equals the simplest."""
        leaders = np.argmax(list(self.scores.values()), axis=0)
        return {
            family: float((leaders == place).mean()) for place, family in enumerate(self.scores)
        }

    def _of_two(self, simpler: Family, other: Family) -> Family:
        is_ahead = self.scores[other] > self.scores[simpler]
        return other if is_ahead.mean() >= CLEAR else simpler


def sampled_contest(
    entries: Sequence[Entry], cases: Mapping[Family, PairedCases], weights: Weights, *, seed: int
) -> SampledContest:
    """Hold the contest on bootstrap samples.

    Parameters
    ----------
    cases : mapping of Family to PairedCases
        The contenders' backtests; reference dates that one of them lacks are left out.
    """
    dates = reduce(np.intersect1d, (of_family.reference_dates for of_family in cases.values()))
    counts = _counts(len(dates), seed)
    simplest_first = sorted(entries, key=lambda entry: list(Family).index(entry.family))
    return SampledContest(
        {
            entry.family: composite(
                _sums(cases[entry.family], dates).metrics(counts), entry.training_seconds, weights
            )[0]
            for entry in simplest_first
        }
    )


def _counts(n_dates: int, seed: int) -> FloatArray:
    """Return how often each date is in each sample, shape (samples, dates)."""
    rng = np.random.default_rng(seed)
    n_blocks = -(-n_dates // _BLOCK_DAYS)
    starts = rng.integers(0, n_dates, size=(_SAMPLES, n_blocks, 1))
    drawn = (starts + np.arange(_BLOCK_DAYS)).reshape(_SAMPLES, -1)[:, :n_dates] % n_dates
    return np.stack([np.bincount(row, minlength=n_dates) for row in drawn]).astype(np.float64)


def _sums(cases: PairedCases, dates: DateArray) -> _Sums:
    kept = np.isin(cases.reference_dates, dates)
    observed = cases.observed[kept]
    return _Sums(
        squared_errors=((cases.forecast[kept] - observed) ** 2).sum(axis=1),
        squared_errors_of_climatology=((cases.climatology[kept] - observed) ** 2).sum(axis=1),
        observed=observed.sum(axis=1),
        squared_observed=(observed**2).sum(axis=1),
        n_leads=observed.shape[1],
    )

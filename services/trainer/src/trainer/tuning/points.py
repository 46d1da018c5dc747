"""The points of a search space that a study tries: fixed by the seed before any is tried.

A sampler that learns from earlier trials would try something else with every number of trainers.
Points that are known from the start can be tried in any order, by anyone, twice: the outcome is the
same. In narrow spaces and with some tens of trials a low-discrepancy sequence searches as well.

Reference: Owen, A randomized Halton algorithm in R (2017), https://arxiv.org/abs/1706.02808.
"""

from scipy.stats import qmc

from trainer.modelling.families import FamilyMethod, Hyperparameters, Range


def points_to_try(method: FamilyMethod, n_points: int, seed: int) -> list[Hyperparameters]:
    """Return the points of a family's space to try, its defaults first.

    A longer list begins with the shorter one.
    """
    names = list(method.space)
    if not names:
        return [method.defaults]
    sequence = qmc.Halton(len(names), scramble=True, rng=seed)
    sampled = [
        {
            name: _between(method.space[name], float(share))
            for name, share in zip(names, row, strict=True)
        }
        for row in sequence.random(n_points - 1)
    ]
    return [method.defaults, *sampled]


def _between(values: Range, share: float) -> float:
    """Return the value at a share of the way from the lowest to the highest."""
    if values.is_log:
        return float(values.low * (values.high / values.low) ** share)
    return values.low + (values.high - values.low) * share

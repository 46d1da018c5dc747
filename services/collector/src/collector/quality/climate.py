"""Values far outside what other years had at this time of the year.

They are flagged and kept: the record of a heat wave is the most valuable day there is.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from collector.quality.context import CALENDAR_DAYS, YEAR_DAYS, YEARS
from collector.quality.suspicion import Suspicion, reading
from shared.forecasting.arrays import FloatArray
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable

#: Other years needed before anything is judged.
FEWEST_YEARS = 5
_FEWEST_DAYS_A_YEAR = 10  # of the 21 around the date
_AROUND = np.ones(2 * CALENDAR_DAYS + 1)

# Deviations from the mean of the season, in standard deviations. On 28 real places 1 temperature
# in 10 000 is beyond; wind has a long tail, and 2 in 10 000. Rain is never an outlier for being
# rare, directions have no mean, and radiation and humidity are bounded by their nature.
LIMITS = {
    Variable.TEMPERATURE_MAX: 4.5,
    Variable.TEMPERATURE_MIN: 4.5,
    Variable.TEMPERATURE_MEAN: 4.5,
    Variable.SURFACE_PRESSURE_MEAN: 5.0,
    Variable.WIND_SPEED_MAX: 8.0,
    Variable.WIND_GUSTS_MAX: 8.0,
}


class _Season(NamedTuple):
    """What other years had around the same date: arrays of shape (n_judged,)."""

    years: FloatArray
    mean: FloatArray
    spread: FloatArray


def outliers(history: DailyHistory, judged: slice) -> Iterator[Suspicion]:
    """Suspect values far outside their season, where enough other years are known."""
    for variable, limit in LIMITS.items():
        column = history.column(variable)
        season = _season_of(column, judged)
        known = (season.years >= FEWEST_YEARS) & (season.spread > 0)
        spread = np.where(known, season.spread, np.inf)
        deviation = np.abs(column[judged] - season.mean) / spread
        for place in np.flatnonzero(deviation > limit).tolist():
            reason = (
                f"{reading(variable, column[judged][place])} is {deviation[place]:.1f} standard "
                f"deviations from {season.mean[place]:.1f}, the mean of {season.years[place]:.0f} "
                f"other years at this time; beyond {limit:g} is rare"
            )
            yield Suspicion(variable, judged.start + place, reason)


def _season_of(column: FloatArray, judged: slice) -> _Season:
    """Return count, mean and spread over the days around the same date of other years."""
    known = np.isfinite(column)
    level = float(column[known].mean()) if known.any() else 0.0
    above = np.where(known, column - level, 0.0)  # small numbers keep the squares exact
    # The sums over the days around each date, from so many days before the first one on.
    count, total, squares = (np.convolve(part, _AROUND) for part in (known, above, above**2))
    used = count >= _FEWEST_DAYS_A_YEAR
    there = np.stack([used, count * used, total * used, squares * used])
    years, count, total, squares = _over_the_years(there, judged)
    mean = total / np.maximum(count, 1)
    variance = np.maximum(squares / np.maximum(count, 1) - mean**2, 0.0)
    return _Season(years, level + mean, np.sqrt(variance))


def _over_the_years(there: FloatArray, judged: slice) -> FloatArray:
    """Return what there is at the dates judged, added up over the other years."""
    n_judged, n_there = judged.stop - judged.start, there.shape[1]
    totals = np.zeros((len(there), n_judged))
    for year in range(1, YEARS + 1):
        for shift in (round(-year * YEAR_DAYS), round(year * YEAR_DAYS)):
            first = judged.start + shift + CALENDAR_DAYS
            begin, end = max(0, -first), min(n_judged, n_there - first)
            if begin < end:
                totals[:, begin:end] += there[:, first + begin : first + end]
    return totals

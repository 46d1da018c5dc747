"""Readings that stay exactly the same for too many days.

How many are too many depends on the source: one that gives whole degrees repeats itself often. So
the chance that two days are equal is taken from the place's own days outside the run, and a run is
believed as long as so many repetitions have a chance of more than one in 10^12.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from collector.quality.suspicion import Suspicion, reading
from shared.forecasting.arrays import FloatArray, IntArray
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable

# Of 28 real places one run is this unlikely: ten equal winds of Szeged, from a source known to
# fill gaps. The longest others reach 0.8 of what is needed (13 equal minima of Essaouira, in whole
# degrees, would have to be 25).
CHANCE = 1e-12
# A place of which little is known yet: as if it had shown 2 equal pairs in 20 days.
_PRIOR_EQUAL, _PRIOR_PAIRS = 2.0, 20.0

#: Readings that are no readings: dry, saturated, without sun. They stay for months and are right.
RESTING = {
    Variable.PRECIPITATION: 0.0,
    Variable.HUMIDITY_MEAN: 100.0,
    Variable.RADIATION: 0.0,
}


class _Runs(NamedTuple):
    """Runs of two equal values or more: arrays of shape (n_runs,)."""

    starts: IntArray
    stops: IntArray

    @property
    def repetitions(self) -> IntArray:
        return self.stops - self.starts - 1


def stuck_readings(history: DailyHistory, judged: slice) -> Iterator[Suspicion]:
    """Suspect the repetitions of a reading that stays the same too long; its first day is kept.

    Missing days do not end a run: what was held back as stuck stays stuck on the next day.
    """
    for variable in Variable:
        column = history.column(variable)
        days = np.flatnonzero(np.isfinite(column))
        values = column[days]
        runs = _too_long(_runs(values, RESTING.get(variable, np.nan)), values.size)
        for start, stop in zip(runs.starts.tolist(), runs.stops.tolist(), strict=True):
            for position in days[start + 1 : stop].tolist():
                if judged.start <= position < judged.stop:
                    reason = (
                        f"{reading(variable, values[start])} has not changed for "
                        f"{stop - start} days"
                    )
                    yield Suspicion(variable, position, reason)


def _runs(values: FloatArray, resting: float) -> _Runs:
    """Return every run but those at rest."""
    edges = np.flatnonzero(np.diff(values)) + 1
    starts, stops = np.append(0, edges), np.append(edges, values.size)
    long = stops - starts > 1
    starts, stops = starts[long], stops[long]
    moves = values[starts] != resting
    return _Runs(starts[moves], stops[moves])


def _too_long(runs: _Runs, n_values: int) -> _Runs:
    """Return the runs no chance explains, by how often days in turn are equal outside the run."""
    equal = runs.repetitions.sum() - runs.repetitions + _PRIOR_EQUAL
    pairs = n_values - 1 - runs.repetitions + _PRIOR_PAIRS
    unlikely = runs.repetitions * np.log(equal / pairs) < math.log(CHANCE)
    return _Runs(runs.starts[unlikely], runs.stops[unlikely])

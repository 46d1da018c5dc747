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
from shared.forecasting.arrays import FloatArray
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


class _Run(NamedTuple):
    start: int
    stop: int

    @property
    def repetitions(self) -> int:
        return self.stop - self.start - 1


def stuck_readings(history: DailyHistory, judged: slice) -> Iterator[Suspicion]:
    """Suspect the repetitions of a reading that stays the same too long; its first day is kept.

    Missing days do not end a run: what was held back as stuck stays stuck on the next day.
    """
    for variable in Variable:
        column = history.column(variable)
        days = np.flatnonzero(np.isfinite(column))
        values = column[days]
        for run in _too_long(_runs(values, RESTING.get(variable)), len(values)):
            for position in days[run.start + 1 : run.stop].tolist():
                if judged.start <= position < judged.stop:
                    reason = (
                        f"{reading(variable, values[run.start])} has not changed for "
                        f"{run.repetitions + 1} days"
                    )
                    yield Suspicion(variable, position, reason)


def _runs(values: FloatArray, resting: float | None) -> list[_Run]:
    """Return every run of two equal values or more, but for those at rest."""
    edges = np.flatnonzero(np.diff(values)) + 1
    starts, stops = np.append(0, edges), np.append(edges, len(values))
    long = stops - starts > 1
    pairs = zip(starts[long].tolist(), stops[long].tolist(), strict=True)
    return [_Run(start, stop) for start, stop in pairs if values[start] != resting]


def _too_long(runs: list[_Run], n_values: int) -> list[_Run]:
    repetitions = sum(run.repetitions for run in runs)
    return [
        run
        for run in runs
        if run.repetitions * math.log(_chance_of_a_pair(run, repetitions, n_values))
        < math.log(CHANCE)
    ]


def _chance_of_a_pair(run: _Run, repetitions: int, n_values: int) -> float:
    """Return how often two days in turn are equal, by all days but those of the run."""
    equal = repetitions - run.repetitions + _PRIOR_EQUAL
    return equal / (n_values - 1 - run.repetitions + _PRIOR_PAIRS)

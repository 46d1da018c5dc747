"""Steps from day to day that are beyond what is credible.

A single wrong reading stands out against the day before *and* the day after; a front changes the
level for days. So a value is compared with both neighbours, and the smaller of the two steps
counts. Where only one neighbour is known (the newest day, the edge of a gap) the limit is wider,
and the verdict is reached again when the other neighbour is there.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from collector.quality.suspicion import Suspicion, reading
from shared.forecasting.arrays import FloatArray
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import VARIABLES, Variable


class StepLimits(NamedTuple):
    """The largest credible step, in the variable's unit.

    Attributes
    ----------
    both : float
        Away from the day before and back again on the day after.
    single : float
        Where only one of the two is known.
    """

    both: float
    single: float


# Largest steps of 28 real places with 120 000 days (both, single): maxima 17.4 and 24.3 degC
# (Melbourne), minima 12.1 and 18.9, means 7.7 and 12.8 (11.5 by a broken Roman reading). Pressure:
# the deepest falls in a day are near 45 hPa. Rain, wind and humidity do jump, and are not judged.
LIMITS = {
    Variable.TEMPERATURE_MAX: StepLimits(20.0, 30.0),
    Variable.TEMPERATURE_MIN: StepLimits(16.0, 25.0),
    Variable.TEMPERATURE_MEAN: StepLimits(14.0, 22.0),
    Variable.SURFACE_PRESSURE_MEAN: StepLimits(30.0, 50.0),
}


def incredible_steps(history: DailyHistory, judged: slice) -> Iterator[Suspicion]:
    """Suspect values too far from those of the days beside them."""
    for variable, limits in LIMITS.items():
        column = history.column(variable)
        before, after = _steps(column)
        # Away and back: the two steps have the same sign, and the smaller of them counts.
        spike = np.where(before * after > 0, np.minimum(abs(before), abs(after)), 0.0)
        lonely = np.isnan(before) != np.isnan(after)
        single = np.where(lonely, np.fmax(abs(before), abs(after)), 0.0)
        suspect = (spike > limits.both) | (single > limits.single)
        for place in np.flatnonzero(suspect[judged]).tolist():
            position = judged.start + place
            step = max(spike[position], single[position])
            yield Suspicion(variable, position, _reason(variable, column[position], step, limits))


def _steps(column: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return by how much each value lies above that of the day before, and of the day after."""
    unknown = np.full(min(column.size, 1), np.nan)
    change = np.diff(column)
    return np.concatenate([unknown, change]), np.concatenate([-change, unknown])


def _reason(variable: Variable, value: float, step: float, limits: StepLimits) -> str:
    unit = VARIABLES[variable].unit
    return (
        f"{reading(variable, value)} is {step:.1f} {unit} away from the days beside it; credible "
        f"are {limits.both:g} (from both), {limits.single:g} (from the only one known)"
    )

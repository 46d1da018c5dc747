"""Physical bounds: what cannot be weather anywhere on earth."""

from collections.abc import Iterator

import numpy as np

from collector.quality.suspicion import Suspicion, reading
from shared.forecasting.arrays import BoolArray, FloatArray
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import VARIABLES, Variable


def outside_bounds(history: DailyHistory, judged: slice) -> Iterator[Suspicion]:
    """Suspect every value outside the bounds of its variable, and every infinite one."""
    for variable, bounds in VARIABLES.items():
        column = history.column(variable)[judged]
        impossible = ~np.isnan(column) & ~is_possible(variable, column)
        for place in np.flatnonzero(impossible).tolist():
            reason = (
                f"{reading(variable, column[place])} is outside {bounds.lowest:g} to "
                f"{bounds.highest:g} {bounds.unit}, which no place on earth has seen"
            )
            yield Suspicion(variable, judged.start + place, reason)


def is_possible(variable: Variable, column: FloatArray) -> BoolArray:
    """Say of each value whether it can be weather; a missing one cannot."""
    bounds = VARIABLES[variable]
    return (bounds.lowest <= column) & (column <= bounds.highest)

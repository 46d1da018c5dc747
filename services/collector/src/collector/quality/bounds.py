"""Physical bounds: what cannot be weather anywhere on earth."""

from collections.abc import Iterator

import numpy as np

from collector.quality.suspicion import Suspicion, reading
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import VARIABLES


def outside_bounds(history: DailyHistory, judged: slice) -> Iterator[Suspicion]:
    """Suspect every value outside the bounds of its variable, and every infinite one."""
    for variable, bounds in VARIABLES.items():
        column = history.column(variable)[judged]
        impossible = (column < bounds.lowest) | (column > bounds.highest)
        for place in np.flatnonzero(impossible).tolist():
            reason = (
                f"{reading(variable, column[place])} is outside {bounds.lowest:g} to "
                f"{bounds.highest:g} {bounds.unit}, which no place on earth has seen"
            )
            yield Suspicion(variable, judged.start + place, reason)

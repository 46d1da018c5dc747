"""Values of one day that cannot all be true."""

from collections.abc import Iterator

import numpy as np

from collector.quality.suspicion import Suspicion, reading
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable

# What rounding to a tenth, and a conversion of units before it, may turn around.
ROUNDING = 0.15

#: Pairs of which the first is never above the second, on the same day.
ORDERED = (
    (Variable.TEMPERATURE_MIN, Variable.TEMPERATURE_MEAN),
    (Variable.TEMPERATURE_MEAN, Variable.TEMPERATURE_MAX),
    (Variable.TEMPERATURE_MIN, Variable.TEMPERATURE_MAX),
    (Variable.WIND_SPEED_MAX, Variable.WIND_GUSTS_MAX),
)


def contradictions(history: DailyHistory, judged: slice) -> Iterator[Suspicion]:
    """Suspect both values of every pair that is the wrong way round: one of them is wrong."""
    for lower, upper in ORDERED:
        low, high = history.column(lower)[judged], history.column(upper)[judged]
        for place in np.flatnonzero(low > high + ROUNDING).tolist():
            reason = (
                f"{reading(lower, low[place])} is above {reading(upper, high[place])} of the same "
                "day: both cannot be true"
            )
            yield Suspicion(lower, judged.start + place, reason)
            yield Suspicion(upper, judged.start + place, reason)

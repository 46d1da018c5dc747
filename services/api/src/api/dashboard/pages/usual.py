"""What is usual for the season, by the climatology of the model that is served."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from api.serving.snapshot import ServedSite
from shared.forecasting.arrays import FloatArray
from shared.forecasting.variables import Variable


def usual_values(served: ServedSite, variable: Variable, days: Sequence[date]) -> FloatArray | None:
    """Return what is usual on some days, in the variable's unit; None where no champion serves."""
    found = served.forecasts.get(variable)
    if found is None or found.model is None:
        return None
    climatology = found.model.document.baseline.damped_persistence.climatology
    return climatology.at(np.array(days, "datetime64[D]"))

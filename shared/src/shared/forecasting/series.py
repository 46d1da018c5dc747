"""What is regressed: the series a model of a variable works in, and back into physical bounds.

Temperatures and wind are regressed as they are. Of precipitation the occurrence of a wet day is
regressed, so that the forecast is a probability; amounts follow from it (`rain`).
"""

import numpy as np

from shared.forecasting.arrays import FloatArray
from shared.forecasting.variables import (
    HORIZON_DAYS,
    LEAD_DAYS,
    VARIABLES,
    WET_DAY_MM,
    Variable,
)

# Even a cloudless summer gets a little rain, and no forecast is certain.
_LOWEST_PROBABILITY, _HIGHEST_PROBABILITY = 0.005, 0.995


def target_series(variable: Variable, values: FloatArray) -> FloatArray:
    """Return the series a forecast of the variable is made and scored in.

    Parameters
    ----------
    values : ndarray
        Observations in the variable's unit, NaN where missing.

    Returns
    -------
    ndarray of the same shape
        The observations; for precipitation 1.0 on wet days, 0.0 on others.
    """
    if variable is Variable.PRECIPITATION:
        return np.where(np.isnan(values), np.nan, (values >= WET_DAY_MM).astype(np.float64))
    return values


def input_series(variable: Variable, values: FloatArray) -> FloatArray:
    """Return the series by which a variable helps to forecast others: rain as log(1 + mm)."""
    return np.log1p(values) if variable is Variable.PRECIPITATION else values


def targets_by_lead(series: FloatArray) -> FloatArray:
    """Return the values at the seven leads of each day, shape (n_days, 7), NaN beyond the end."""
    padded = np.concatenate([series, np.full(HORIZON_DAYS, np.nan)])
    return np.column_stack([padded[lead : lead + series.size] for lead in LEAD_DAYS])


def target_bounds(variable: Variable) -> tuple[float, float]:
    """Return the lowest and highest value a forecast of the target series may take."""
    if variable is Variable.PRECIPITATION:
        return _LOWEST_PROBABILITY, _HIGHEST_PROBABILITY
    return VARIABLES[variable].lowest, VARIABLES[variable].highest

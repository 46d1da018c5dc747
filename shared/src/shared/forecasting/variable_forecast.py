"""A forecast of one variable for the next seven days, as it is served and stored."""

from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np

from shared.forecasting.arrays import DateArray, FloatArray, valid_dates, within
from shared.forecasting.intervals import ResidualQuantiles
from shared.forecasting.rain import RainAmounts
from shared.forecasting.variables import VARIABLES, Variable


@dataclass(frozen=True, eq=False)
class VariableForecast:
    """Values and intervals by lead; every array has shape (7,) and the variable's unit.

    Attributes
    ----------
    reference_date : date
        The last observed day that was used.
    valid_dates : ndarray of datetime64[D]
    value : ndarray
        Expected value; for precipitation the expected amount (mm).
    lower_80, upper_80, lower_95, upper_95 : ndarray
        Prediction intervals; they hold the value and keep to what is physically possible.
    probability : ndarray or None
        Probability of a wet day (>= 1 mm) in [0, 1]; for precipitation only.
    """

    variable: Variable
    reference_date: date
    valid_dates: DateArray
    value: FloatArray
    lower_80: FloatArray
    upper_80: FloatArray
    lower_95: FloatArray
    upper_95: FloatArray
    probability: FloatArray | None = None
    #: Of the features it was made of; None for climatology, which needs none.
    feature_fingerprint: str | None = None

    @classmethod
    def of_target(
        cls,
        variable: Variable,
        reference_date: date,
        target: FloatArray,
        uncertainty: ResidualQuantiles | RainAmounts,
        *,
        feature_fingerprint: str | None = None,
    ) -> Self:
        """Return what is served of a forecast of the target series, shape (7,)."""
        dates = valid_dates(np.array([reference_date], "datetime64[D]"))[0]
        value, bounds = values_and_bounds(variable, dates, target, uncertainty)
        probability = target if variable is Variable.PRECIPITATION else None
        return cls(
            variable,
            reference_date,
            dates,
            value,
            **bounds,
            probability=probability,
            feature_fingerprint=feature_fingerprint,
        )


def values_and_bounds(
    variable: Variable,
    dates: DateArray,
    target: FloatArray,
    uncertainty: ResidualQuantiles | RainAmounts,
) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Return values and interval bounds in the variable's unit.

    Parameters
    ----------
    dates, target : ndarray of shape (..., 7)
        Valid dates, and forecasts of the target series for them.
    """
    if isinstance(uncertainty, RainAmounts):
        value = uncertainty.expected(target, dates)
        bounds = uncertainty.bounds(target, dates)
    else:
        value = target
        bounds = uncertainty.bounds(target, dates)
    lowest, highest = VARIABLES[variable].lowest, VARIABLES[variable].highest
    for name, bound in bounds.items():
        holding = np.minimum(bound, value) if name.startswith("lower") else np.maximum(bound, value)
        bounds[name] = within(holding, lowest, highest)
    return value, bounds

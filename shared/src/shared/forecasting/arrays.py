"""The array types of the forecasting core, and how valid dates follow from reference dates."""

import numpy as np
import numpy.typing as npt

from shared.forecasting.variables import LEAD_DAYS

FloatArray = npt.NDArray[np.float64]
#: What a regressor is given: the precision of the served artifact.
Float32Array = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]
#: Days, dtype `datetime64[D]`.
DateArray = npt.NDArray[np.datetime64]


def valid_dates(reference_dates: DateArray) -> DateArray:
    """Return the valid dates of all leads, shape (n, 7), of reference dates of shape (n,)."""
    dates: DateArray = reference_dates[:, np.newaxis] + np.array(LEAD_DAYS)
    return dates


def within(values: FloatArray, lowest: float, highest: float) -> FloatArray:
    """Return values cut off at bounds: `np.clip`, whose wrappers cost more than a forecast has."""
    cut: FloatArray = np.minimum(np.maximum(values, lowest), highest)
    return cut

"""The answers to an exam: a value and four bounds for every reference date and lead."""

import io
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from shared.forecasting.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Forecasts:
    """One forecaster's answers; every array has shape (n, 7), NaN where it gave none.

    Attributes
    ----------
    value : ndarray
        Taken for the median, too.
    lower_95, lower_80, upper_80, upper_95 : ndarray
        Bounds of the central intervals of 95 % and 80 %.
    """

    value: FloatArray
    lower_95: FloatArray
    lower_80: FloatArray
    upper_80: FloatArray
    upper_95: FloatArray

    @classmethod
    def around(cls, value: FloatArray, bounds: dict[str, FloatArray]) -> Self:
        """Return the forecasts with bounds given by their names."""
        return cls(value, **bounds)

    def to_npz(self) -> bytes:
        """Return them as a compressed npz."""
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            allow_pickle=False,
            **{field.name: getattr(self, field.name) for field in fields(self)},
        )
        return buffer.getvalue()

    @classmethod
    def from_npz(cls, content: bytes) -> Self:
        """Read them back."""
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return cls(**{field.name: archive[field.name] for field in fields(cls)})

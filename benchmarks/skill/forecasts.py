"""The answers to an exam: a value and four bounds for every reference date and lead."""

import io
import math
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from shared.forecasting.arrays import FloatArray
from shared.forecasting.intervals import LEVELS


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
    def around(cls, value: FloatArray, past_errors: FloatArray) -> Self:
        """Return forecasts with intervals by split conformal prediction, lead by lead.

        Parameters
        ----------
        past_errors : ndarray of shape (n_past, 7)
            Observed minus forecast of days before the exam; rows with a NaN are left out.
        """
        errors = np.sort(past_errors[~np.isnan(past_errors).any(axis=1)], axis=0)
        return cls(value, **{name: value + _bound(errors, level) for name, level in LEVELS.items()})

    @property
    def bounds(self) -> dict[str, FloatArray]:
        """The four bounds by their names."""
        return {name: getattr(self, name) for name in LEVELS}

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


def _bound(ordered_errors: FloatArray, level: float) -> FloatArray:
    """Return the error of each lead at a level, rounded away from the middle; shape (7,)."""
    n_ranks = len(ordered_errors) + 1
    is_lower = level < 0.5  # noqa: PLR2004 - the middle of a distribution
    rank = math.floor(n_ranks * level) if is_lower else math.ceil(n_ranks * level)
    bound: FloatArray = ordered_errors[min(max(rank, 1), len(ordered_errors)) - 1]
    return bound

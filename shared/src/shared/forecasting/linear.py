"""A linear regressor as plain numbers: small enough to travel inside a model document."""

from typing import Self

import numpy as np
from pydantic import model_validator

from shared.forecasting.arrays import Float32Array, FloatArray
from shared.forecasting.record import PerLead, Record


class LinearMap(Record):
    """Offsets and weights of the seven leads; a `Regressor` that needs no ONNX.

    Attributes
    ----------
    offset : tuple of 7 floats
    weights : tuple of tuples of 7 floats
        A row a feature.
    """

    offset: PerLead
    weights: tuple[PerLead, ...]

    @classmethod
    def of(cls, offset: FloatArray, weights: FloatArray) -> Self:
        """Return the map of arrays of shape (7,) and (n_features, 7)."""
        return cls(
            offset=tuple(offset.tolist()), weights=tuple(tuple(row) for row in weights.tolist())
        )

    def predict(self, features: Float32Array) -> FloatArray:
        """Return outputs of shape (n, 7) for features of shape (n, n_features)."""
        outputs: FloatArray = features.astype(np.float64) @ np.array(self.weights) + np.array(
            self.offset
        )
        return outputs

    @model_validator(mode="after")
    def _has_weights(self) -> Self:
        if not self.weights:
            raise ValueError("a linear map needs at least one feature")
        return self

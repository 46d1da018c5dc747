"""Paired cases: forecasts, observations and references of a backtest, on identical reference dates.

They are kept with the model, so that the gate compares champion and challenger case by case.
"""

import io
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from shared.forecasting import scores
from shared.forecasting.arrays import BoolArray, DateArray, FloatArray
from shared.forecasting.variables import LEAD_DAYS

#: References by the names of the arrays that hold their forecasts.
REFERENCES = ("climatology", "persistence", "damped_persistence")


@dataclass(frozen=True, eq=False)
class PairedCases:
    """A backtest case by case, in the target series of the variable.

    For precipitation the target series is the occurrence of a wet day: `observed` is 0 or 1, the
    forecasts are probabilities and their mean squared error is the Brier score.

    Attributes
    ----------
    reference_dates : ndarray of datetime64[D], shape (n,)
    observed, forecast, climatology, persistence, damped_persistence : ndarray of shape (n, 7)
    inside_80, inside_95 : ndarray of bool, shape (n, 7)
        Whether the observation (for precipitation its amount) lay inside the interval that was
        issued, which was made of earlier errors only.
    """

    reference_dates: DateArray
    observed: FloatArray
    forecast: FloatArray
    climatology: FloatArray
    persistence: FloatArray
    damped_persistence: FloatArray
    inside_80: BoolArray
    inside_95: BoolArray

    def to_npz(self) -> bytes:
        """Return the cases as a compressed npz without any pickled object."""
        buffer = io.BytesIO()
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        np.savez_compressed(buffer, allow_pickle=False, **arrays)
        return buffer.getvalue()

    @classmethod
    def from_npz(cls, content: bytes) -> Self:
        """Read cases; raises ValueError or KeyError for anything that is not such a file."""
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return cls(**{field.name: archive[field.name] for field in fields(cls)})

    @classmethod
    def joined(cls, parts: "list[PairedCases]") -> Self:
        """Return the cases of consecutive folds as one."""
        return cls(
            **{
                field.name: np.concatenate([getattr(part, field.name) for part in parts])
                for field in fields(cls)
            }
        )

    def metrics(self) -> dict[str, float]:
        """Return all scores, pooled (`rmse`) and by lead (`rmse_lead_3`), by flat names."""
        everything = slice(0, len(LEAD_DAYS))
        found = self._scores(everything)
        for place, lead in enumerate(LEAD_DAYS):
            of_lead = self._scores(slice(place, place + 1))
            found |= {f"{name}_lead_{lead}": value for name, value in of_lead.items()}
        return found | {"cases": float(len(self.reference_dates))}

    def _scores(self, leads: slice) -> dict[str, float]:
        observed, forecast = self.observed[:, leads], self.forecast[:, leads]
        error = scores.mse(forecast, observed)
        found = {
            "mae": scores.mae(forecast, observed),
            "rmse": scores.rmse(forecast, observed),
            "mse": error,
            "bias": scores.bias(forecast, observed),
            "r2": scores.r2(forecast, observed),
            "coverage_80": scores.coverage(self.inside_80[:, leads]),
            "coverage_95": scores.coverage(self.inside_95[:, leads]),
        }
        for name in REFERENCES:
            reference = getattr(self, name)[:, leads]
            found[f"mae_{name}"] = scores.mae(reference, observed)
            found[f"rmse_{name}"] = scores.rmse(reference, observed)
            found[f"skill_vs_{name}"] = scores.skill_score(error, scores.mse(reference, observed))
        return found

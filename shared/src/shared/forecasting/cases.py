"""Paired cases: forecasts, observations and references of a backtest, on identical reference dates.

They are kept with the model, so that the gate compares champion and challenger case by case.
"""

import io
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from shared.forecasting import scores
from shared.forecasting.arrays import BoolArray, DateArray, FloatArray, IntArray, valid_dates
from shared.forecasting.variables import LEAD_DAYS

#: References by the names of the arrays that hold their forecasts; every backtest has these.
REFERENCES = ("climatology", "persistence", "damped_persistence")
#: References of models that look at guidance.
GUIDANCE_REFERENCES = ("guidance", "corrected_guidance")

#: Meteorological seasons by the initials of their months.
SEASONS = {"djf": (12, 1, 2), "mam": (3, 4, 5), "jja": (6, 7, 8), "son": (9, 10, 11)}


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
    crps : ndarray of shape (n, 7), optional
        Of the variable itself, in its unit.
    is_hot : ndarray of bool, shape (n, 7), optional
        Whether the variable rose above the 95th percentile of the days before the backtest.
    guidance, corrected_guidance : ndarray of shape (n, 7), optional
        Of weather models, where the model looks at them.
    """

    reference_dates: DateArray
    observed: FloatArray
    forecast: FloatArray
    climatology: FloatArray
    persistence: FloatArray
    damped_persistence: FloatArray
    inside_80: BoolArray
    inside_95: BoolArray
    crps: FloatArray | None = None
    is_hot: BoolArray | None = None
    guidance: FloatArray | None = None
    corrected_guidance: FloatArray | None = None

    @property
    def references(self) -> dict[str, FloatArray]:
        """The forecasts of the references there are, by name."""
        found = {name: getattr(self, name) for name in (*REFERENCES, *GUIDANCE_REFERENCES)}
        return {name: forecast for name, forecast in found.items() if forecast is not None}

    def to_npz(self) -> bytes:
        """Return the cases as a compressed npz without any pickled object."""
        buffer = io.BytesIO()
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        there = {name: array for name, array in arrays.items() if array is not None}
        np.savez_compressed(buffer, allow_pickle=False, **there)
        return buffer.getvalue()

    @classmethod
    def from_npz(cls, content: bytes) -> Self:
        """Read cases; raises ValueError or TypeError for anything that is not such a file."""
        names = {field.name for field in fields(cls)}
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return cls(**{name: archive[name] for name in archive.files if name in names})

    @classmethod
    def joined(cls, parts: "list[PairedCases]") -> Self:
        """Return the cases of consecutive folds as one."""
        names = (name for name, array in vars(parts[0]).items() if array is not None)
        return cls(
            **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        )

    def metrics(self) -> dict[str, float]:
        """Return all scores by flat names.

        Pooled (`rmse`), by lead (`rmse_lead_3`), by season of the valid date (`mae_season_jja`)
        and of hot days (`mae_hot_days`).
        """
        found = self._scores(slice(0, len(LEAD_DAYS)))
        for place, lead in enumerate(LEAD_DAYS):
            of_lead = self._scores(slice(place, place + 1))
            found |= {f"{name}_lead_{lead}": value for name, value in of_lead.items()}
        for name, chosen in self.slices().items():
            found |= self._scores_of_slice(name, chosen)
        return found | {"cases": float(len(self.reference_dates))}

    def slices(self) -> dict[str, BoolArray]:
        """Return which cases belong to each season, and which are hot days; none that is empty."""
        months = valid_dates(self.reference_dates).astype("datetime64[M]").astype(int) % 12 + 1
        found = {f"season_{name}": np.isin(months, of) for name, of in SEASONS.items()}
        if self.is_hot is not None:
            found["hot_days"] = self.is_hot
        return {name: chosen for name, chosen in found.items() if chosen.any()}

    def chosen(self, rows: IntArray) -> Self:
        """Return the cases of some reference dates, by their positions."""
        there = {name: array for name, array in vars(self).items() if array is not None}
        return replace(self, **{name: array[rows] for name, array in there.items()})

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
        if self.crps is not None:
            found["crps"] = float(self.crps[:, leads].mean())
        for name, everything in self.references.items():
            reference = everything[:, leads]
            found[f"mae_{name}"] = scores.mae(reference, observed)
            found[f"rmse_{name}"] = scores.rmse(reference, observed)
            found[f"skill_vs_{name}"] = scores.skill_score(error, scores.mse(reference, observed))
        return found

    def _scores_of_slice(self, name: str, chosen: BoolArray) -> dict[str, float]:
        observed, forecast = self.observed[chosen], self.forecast[chosen]
        error = scores.mse(forecast, observed)
        reference = scores.mse(self.damped_persistence[chosen], observed)
        return {
            f"mae_{name}": scores.mae(forecast, observed),
            f"bias_{name}": scores.bias(forecast, observed),
            f"skill_vs_damped_persistence_{name}": scores.skill_score(error, reference),
            f"coverage_80_{name}": scores.coverage(self.inside_80[chosen]),
            f"cases_{name}": float(chosen.sum()),
        }

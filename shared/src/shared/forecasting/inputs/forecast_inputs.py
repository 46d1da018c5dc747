"""All that a forecast is made of, as training, serving, gating and replay hand it on."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from shared.forecasting.arrays import DateArray, FloatArray
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs.guidance import Guidance
from shared.forecasting.inputs.neighbours import Neighbour
from shared.forecasting.variables import LEAD_DAYS, Variable


@dataclass(frozen=True, eq=False)
class ForecastInputs:
    """A site's own history, and what else is known around it.

    Attributes
    ----------
    own : DailyHistory
    neighbours : sequence of Neighbour
        In any order; empty where a site has none.
    guidance : Guidance or None
        None where no weather model's forecasts are kept.
    """

    own: DailyHistory
    neighbours: Sequence[Neighbour] = ()
    guidance: Guidance | None = None

    def __post_init__(self) -> None:
        # One order for all, so that the same neighbours always make the same features.
        ordered = tuple(sorted(self.neighbours, key=lambda neighbour: neighbour.place_id))
        if len({neighbour.place_id for neighbour in ordered}) < len(ordered):
            raise ValueError("Two neighbours of a site carry the same place_id.")
        object.__setattr__(self, "neighbours", ordered)

    def until(self, day: date) -> "ForecastInputs":
        """Return what was known at the end of a day, of every source."""
        return ForecastInputs(
            self.own.until(day),
            [replace(near, history=near.history.until(day)) for near in self.neighbours],
            None if self.guidance is None else self.guidance.until(day),
        )

    def since(self, day: date) -> "ForecastInputs":
        """Return what was observed and forecast from a day on."""
        return ForecastInputs(
            self.own.since(day),
            [replace(near, history=near.history.since(day)) for near in self.neighbours],
            None if self.guidance is None else self.guidance.since(day),
        )

    def guidance_on(self, variable: Variable, reference_dates: DateArray) -> FloatArray:
        """Return a variable's guidance, shape (n, 7); all NaN where there is none."""
        if self.guidance is None:
            return np.full((reference_dates.size, len(LEAD_DAYS)), np.nan)
        return self.guidance.on(variable, reference_dates)

    def content_hash(self) -> str:
        """Return the SHA-256 of everything; with nothing but a history, the history's own."""
        if not self.neighbours and self.guidance is None:
            return self.own.content_hash()
        digest = hashlib.sha256(self.own.content_hash().encode())
        for near in self.neighbours:
            digest.update(f"{near.place_id} {near.history.content_hash()}".encode())
        if self.guidance is not None:
            digest.update(self.guidance.content_hash().encode())
        return digest.hexdigest()


#: What everything that forecasts takes: a history alone stands for inputs without anything else.
Known = DailyHistory | ForecastInputs


def inputs_of(known: Known) -> ForecastInputs:
    """Return inputs as they are, and a history as inputs that hold nothing else."""
    return known if isinstance(known, ForecastInputs) else ForecastInputs(known)

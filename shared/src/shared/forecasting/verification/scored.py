"""Forecasts beside what was observed, as arrays by valid date and lead: what all scores start from.

A row is a day; its seven columns are the forecasts that were made for that day one to seven days
before. So two issuers are paired by their rows, and a row read backwards is how the forecast for
one day developed as the day came nearer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self
from uuid import UUID

import numpy as np

from shared.forecasting.arrays import BoolArray, DateArray, FloatArray
from shared.forecasting.series import target_series
from shared.forecasting.variables import LEAD_DAYS, Variable

SEASONS = ("DJF", "MAM", "JJA", "SON")
_MONTHS_A_SEASON = 3


@dataclass(frozen=True, eq=False)
class ScoredForecasts:
    """Forecasts of one issuer; every array has shape (n_days, 7), NaN where there was none.

    Attributes
    ----------
    value : ndarray
        In the variable's unit.
    crps : ndarray
        Continuous ranked probability score of each.
    inside_80, inside_95 : ndarray
        1.0 where the interval held the observation, else 0.0.
    probability : ndarray
        Of a wet day; for precipitation, else NaN.
    """

    value: FloatArray
    crps: FloatArray
    inside_80: FloatArray
    inside_95: FloatArray
    probability: FloatArray

    @classmethod
    def empty(cls, n_days: int) -> Self:
        """Return the forecasts of an issuer that made none."""
        return cls(*(np.full((n_days, len(LEAD_DAYS)), np.nan) for _ in range(5)))

    def on(self, days: BoolArray) -> "ScoredForecasts":
        """Return those for some of the days."""
        return ScoredForecasts(
            self.value[days],
            self.crps[days],
            self.inside_80[days],
            self.inside_95[days],
            self.probability[days],
        )


@dataclass(frozen=True, eq=False)
class Verified:
    """All that was forecast for some days of a site and variable, and what came.

    Attributes
    ----------
    dates : ndarray of datetime64[D], shape (n_days,)
        Valid dates, ascending; not necessarily without gaps.
    observed : ndarray of shape (n_days,)
        In the variable's unit.
    is_final : ndarray of bool, shape (n_days,)
        False where the source may still revise the observation.
    by_issuer : mapping of str to ScoredForecasts
        By `shared.contracts.issuers.Issuer`: the part played, whichever model played it.
    by_candidate : mapping of UUID to ScoredForecasts
        By model, whichever part it played.
    """

    variable: Variable
    dates: DateArray
    observed: FloatArray
    is_final: BoolArray
    by_issuer: Mapping[str, ScoredForecasts] = field(default_factory=dict)
    by_candidate: Mapping[UUID, ScoredForecasts] = field(default_factory=dict)

    @property
    def target(self) -> FloatArray:
        """What loss is measured in: the observation; for precipitation whether it was wet."""
        return target_series(self.variable, self.observed)

    def target_errors(self, scored: ScoredForecasts) -> FloatArray:
        """Return forecast minus observed of the target: what losses are the squares of."""
        is_rain = self.variable is Variable.PRECIPITATION
        said = scored.probability if is_rain else scored.value
        difference: FloatArray = said - self.target[:, np.newaxis]
        return difference

    def losses(self, scored: ScoredForecasts) -> FloatArray:
        """Return squared errors of the target, shape (n_days, 7); for rain the Brier score."""
        squared: FloatArray = self.target_errors(scored) ** 2
        return squared

    def errors(self, scored: ScoredForecasts) -> FloatArray:
        """Return forecast minus observed, shape (n_days, 7), in the variable's unit."""
        difference: FloatArray = scored.value - self.observed[:, np.newaxis]
        return difference

    def on(self, days: BoolArray) -> "Verified":
        """Return what belongs to some of the days."""
        return replace(
            self,
            dates=self.dates[days],
            observed=self.observed[days],
            is_final=self.is_final[days],
            by_issuer={name: scored.on(days) for name, scored in self.by_issuer.items()},
            by_candidate={name: scored.on(days) for name, scored in self.by_candidate.items()},
        )

    def in_season(self, season: str) -> "Verified":
        """Return what belongs to a meteorological season (one of `SEASONS`) of any year."""
        months = self.dates.astype("datetime64[M]").astype(np.intp) % 12
        seasons = (months + 1) % 12 // _MONTHS_A_SEASON
        return self.on(seasons == SEASONS.index(season))

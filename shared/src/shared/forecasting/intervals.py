"""Prediction intervals by conformal prediction: quantiles of past errors, per lead and season.

Split conformal prediction with signed residuals: Vovk et al., Algorithmic Learning in a Random
World (2005), https://doi.org/10.1007/b106715; the finite-sample ranks are those of Romano,
Patterson & Candes (2019), https://arxiv.org/abs/1905.03222, section 2. Errors are first divided by
their usual size at the season (Papadopoulos et al., 2008: normalised conformal prediction), so
that a calm summer does not get the intervals of a stormy winter.
"""

from typing import Self

import numpy as np

from shared.errors import NotEnoughData
from shared.forecasting.arrays import DateArray, FloatArray, valid_dates, within
from shared.forecasting.climatology import seasonal_harmonics
from shared.forecasting.record import PerLead, Record

#: Probability that the observation lies at or below each bound: 95 % and 80 %, lower and upper.
LEVELS = {"lower_95": 0.025, "lower_80": 0.10, "upper_80": 0.90, "upper_95": 0.975}

_FEWEST_RESIDUALS = 20
# With less than nearly a year of errors the season cannot be told from chance.
_FEWEST_SEASONAL_RESIDUALS = 300
# Ridge penalty, in reference dates: errors of neighbouring days are alike, a year of them is few.
_PENALTY_DATES = 120.0
_SMALLEST_SCALE, _LARGEST_SCALE = 0.5, 2.0


class SeasonalScale(Record):
    """How large errors are at a time of the year, relative to the whole year: 1 + waves."""

    sine: float = 0.0
    cosine: float = 0.0

    @classmethod
    def fit(cls, reference_dates: DateArray, residuals: FloatArray) -> Self:
        """Fit on residuals of shape (n, 7); flat with fewer than 300 reference dates."""
        if len(residuals) < _FEWEST_SEASONAL_RESIDUALS:
            return cls()
        sizes = np.abs(residuals) / np.abs(residuals).mean(axis=0)
        waves = seasonal_harmonics(valid_dates(reference_dates), 1).mean(axis=1)
        design = np.column_stack([np.ones(len(waves)), waves])
        # A wave has a mean square of a half.
        penalty = 0.5 * _PENALTY_DATES * np.diag([0.0, 1.0, 1.0])
        _, sine, cosine = np.linalg.solve(
            design.T @ design + penalty, design.T @ sizes.mean(axis=1)
        )
        return cls(sine=float(sine), cosine=float(cosine))

    def at(self, dates: DateArray) -> FloatArray:
        """Return the scale on valid dates, same shape, between a half and two."""
        waves = seasonal_harmonics(dates, 1)
        scale = 1.0 + self.sine * waves[..., 0] + self.cosine * waves[..., 1]
        return within(scale, _SMALLEST_SCALE, _LARGEST_SCALE)


class ResidualQuantiles(Record):
    """How far observations lay from their forecasts, by level, lead and season, in its unit."""

    lower_95: PerLead
    lower_80: PerLead
    upper_80: PerLead
    upper_95: PerLead
    season: SeasonalScale = SeasonalScale()

    @classmethod
    def fit(cls, residuals: FloatArray, reference_dates: DateArray | None = None) -> Self:
        """Fit on out-of-sample residuals.

        Parameters
        ----------
        residuals : ndarray of shape (n, 7)
            Observed minus forecast.
        reference_dates : ndarray of datetime64[D], shape (n,), optional
            Without them all seasons are taken to be alike.

        Raises
        ------
        NotEnoughData
            Fewer than 20 residuals a lead.
        """
        if len(residuals) < _FEWEST_RESIDUALS:
            raise NotEnoughData(f"Intervals need at least {_FEWEST_RESIDUALS} past errors a lead.")
        season = SeasonalScale()
        if reference_dates is not None:
            season = SeasonalScale.fit(reference_dates, residuals)
            residuals = residuals / season.at(valid_dates(reference_dates))
        ordered = np.sort(residuals, axis=0)
        bounds = {name: _at_level(ordered, level) for name, level in LEVELS.items()}
        return cls(**bounds, season=season)

    def bounds(self, forecast: FloatArray, dates: DateArray | None = None) -> dict[str, FloatArray]:
        """Return the four bounds around forecasts, each of their shape.

        Parameters
        ----------
        forecast : ndarray of shape (..., 7)
        dates : ndarray of datetime64[D], shape (..., 7), optional
            Valid dates; without them the bounds are those of the year as a whole.
        """
        scale = 1.0 if dates is None else self.season.at(dates)
        return {name: forecast + scale * np.array(getattr(self, name)) for name in LEVELS}


def _at_level(ordered: FloatArray, level: float) -> tuple[float, ...]:
    """Return the order statistic that keeps the level for one more draw (never a narrower one)."""
    n = len(ordered)
    rank = np.floor((n + 1) * level) if level < 0.5 else np.ceil((n + 1) * level)  # noqa: PLR2004 - the middle of a distribution
    row = ordered[int(np.clip(rank, 1, n)) - 1]
    return tuple(row.tolist())

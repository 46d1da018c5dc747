"""Amounts of rain: what falls on wet and dry days of the season, mixed by their probability."""

import functools
from typing import Annotated, Self

import numpy as np
from pydantic import Field

from shared.errors import NotEnoughData
from shared.forecasting.arrays import DateArray, FloatArray, IntArray
from shared.forecasting.intervals import LEVELS
from shared.forecasting.record import Record
from shared.forecasting.variables import WET_DAY_MM

_MONTHS = 12
_GRID = np.linspace(0.0, 1.0, 41)  # levels of the amount quantiles
# A month borrows from its neighbours; with fewer wet days than this, from the whole year.
_FEWEST_DAYS = 20

_Quantiles = Annotated[tuple[float, ...], Field(min_length=_GRID.size, max_length=_GRID.size)]
_ByMonth = Annotated[tuple[_Quantiles, ...], Field(min_length=_MONTHS, max_length=_MONTHS)]
_Means = Annotated[tuple[float, ...], Field(min_length=_MONTHS, max_length=_MONTHS)]


class RainAmounts(Record):
    """Climatological amounts (mm) of wet and of dry days, by month of the valid date.

    Attributes
    ----------
    wet_quantiles, dry_quantiles : 12 tuples of 41 floats
        Quantiles at the levels 0, 0.025, ..., 1.
    wet_means, dry_means : tuple of 12 floats
    """

    wet_quantiles: _ByMonth
    dry_quantiles: _ByMonth
    wet_means: _Means
    dry_means: _Means

    @classmethod
    def fit(cls, dates: DateArray, amounts: FloatArray) -> Self:
        """Fit on daily amounts (mm), NaN where missing.

        Raises
        ------
        NotEnoughData
            There is no wet or no dry day at all.
        """
        observed = ~np.isnan(amounts)
        months, amounts = _months(dates[observed]), amounts[observed]
        wet = amounts >= WET_DAY_MM
        if not wet.any() or wet.all():
            raise NotEnoughData("Amounts of rain need wet days and dry days to learn from.")
        wet_samples = _samples_by_month(months[wet], amounts[wet])
        dry_samples = _samples_by_month(months[~wet], amounts[~wet])
        return cls(
            wet_quantiles=tuple(_quantiles(sample) for sample in wet_samples),
            dry_quantiles=tuple(_quantiles(sample) for sample in dry_samples),
            wet_means=tuple(float(sample.mean()) for sample in wet_samples),
            dry_means=tuple(float(sample.mean()) for sample in dry_samples),
        )

    def expected(self, probability: FloatArray, dates: DateArray) -> FloatArray:
        """Return the expected amount (mm), given the probability of a wet day; shapes agree."""
        months = _months(dates)
        wet, dry = np.array(self.wet_means)[months], np.array(self.dry_means)[months]
        amount: FloatArray = probability * wet + (1.0 - probability) * dry
        return amount

    def bounds(self, probability: FloatArray, dates: DateArray) -> dict[str, FloatArray]:
        """Return the four interval bounds (mm), each of the shape of `probability`.

        The interval is the shortest one: where even its lowest share is dry it starts at nothing
        and spends all its probability upwards.
        """
        found = {}
        for percent in (80, 95):
            lower = self.quantile(probability, dates, LEVELS[f"lower_{percent}"])
            from_zero = lower < WET_DAY_MM
            upper = self.quantile(probability, dates, LEVELS[f"upper_{percent}"])
            capped = self.quantile(probability, dates, percent / 100.0)
            found[f"lower_{percent}"] = np.where(from_zero, 0.0, lower)
            found[f"upper_{percent}"] = np.where(from_zero, capped, upper)
        return found

    def quantile(self, probability: FloatArray, dates: DateArray, level: float) -> FloatArray:
        """Return the amount (mm) not exceeded with probability `level`."""
        months = _months(dates)
        dry_share = 1.0 - probability
        within_dry = np.clip(level / dry_share, 0.0, 1.0)
        within_wet = np.clip((level - dry_share) / probability, 0.0, 1.0)
        dry_table, wet_table = self._tables
        dry = _interpolated(dry_table, months, within_dry)
        wet = _interpolated(wet_table, months, within_wet)
        return np.where(level <= dry_share, dry, wet)

    @functools.cached_property
    def _tables(self) -> tuple[FloatArray, FloatArray]:
        """Dry and wet quantiles as arrays: making them takes longer than reading them."""
        return np.array(self.dry_quantiles), np.array(self.wet_quantiles)


def _months(dates: DateArray) -> IntArray:
    """Return months from 0 (January)."""
    return dates.astype("datetime64[M]").astype(np.intp) % _MONTHS


def _samples_by_month(months: IntArray, amounts: FloatArray) -> list[FloatArray]:
    samples = []
    for month in range(_MONTHS):
        distance = np.abs(months - month)
        near = amounts[np.minimum(distance, _MONTHS - distance) <= 1]
        samples.append(near if near.size >= _FEWEST_DAYS else amounts)
    return samples


def _quantiles(sample: FloatArray) -> tuple[float, ...]:
    return tuple(np.quantile(sample, _GRID).tolist())


def _interpolated(table: FloatArray, months: IntArray, levels: FloatArray) -> FloatArray:
    """Read a table of shape (12, 41) at a month and a level each, linearly between levels."""
    place = levels * (_GRID.size - 1)
    below = np.minimum(place.astype(np.intp), _GRID.size - 2)
    rest = place - below
    read: FloatArray = table[months, below] * (1.0 - rest) + table[months, below + 1] * rest
    return read

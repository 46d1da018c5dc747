"""What is usual for the season: a smooth yearly course, fitted on training data only."""

import functools
from collections.abc import Sequence
from typing import Annotated, Self

import numpy as np
from pydantic import Field

from shared.errors import NotEnoughData
from shared.forecasting.arrays import DateArray, FloatArray, IntArray, within
from shared.forecasting.record import Record

HARMONICS = 3
DAYS_PER_YEAR = 365.2425  # mean length of the Gregorian year
# Ridge penalty, in days of data: invisible over years, it keeps a short series from swinging.
_PENALTY_DAYS = 2.0
_FEWEST_DAYS = 30

_EPOCH = np.datetime64("2000-01-01", "D")
_TABLED_DAYS = 36_525

_N_COEFFICIENTS = 1 + 2 * HARMONICS
_Coefficients = Annotated[
    tuple[float, ...], Field(min_length=_N_COEFFICIENTS, max_length=_N_COEFFICIENTS)
]


def seasonal_harmonics(dates: DateArray, order: int) -> FloatArray:
    """Return sine and cosine of the yearly cycle.

    Parameters
    ----------
    dates : ndarray of datetime64[D], shape (...)
    order : int
        Number of harmonics.

    Returns
    -------
    ndarray of shape (..., 2 * order)
        sin 1, cos 1, sin 2, cos 2, ...
    """
    days = (dates - _EPOCH).astype(np.intp)
    try:
        waves: FloatArray = _tabled_waves(order).take(days, axis=0)
    except IndexError:
        return _waves(days, order)
    return waves


@functools.cache
def _tabled_waves(order: int) -> FloatArray:
    """Return the waves of a century before and after: they are asked for again and again.

    Row n is that of day n; days before the first count from the end, as negative indices do.
    """
    after, before = np.arange(_TABLED_DAYS), np.arange(-_TABLED_DAYS, 0)
    return _waves(np.concatenate([after, before]), order)


def _waves(days: IntArray, order: int) -> FloatArray:
    angle = 2.0 * np.pi * days.astype(np.float64) / DAYS_PER_YEAR
    waves = [wave(k * angle) for k in range(1, order + 1) for wave in (np.sin, np.cos)]
    return np.stack(waves, axis=-1)


class HarmonicClimatology(Record):
    """Mean and three harmonics of the year.

    Attributes
    ----------
    coefficients : tuple of float
        Mean, then sine and cosine of each harmonic, in the unit of the series.
    lowest, highest : float or None
        Bounds of the series; the curve is cut off there.
    """

    coefficients: _Coefficients
    lowest: float | None = None
    highest: float | None = None

    @classmethod
    def fit(
        cls,
        dates: DateArray,
        series: FloatArray,
        *,
        lowest: float | None = None,
        highest: float | None = None,
    ) -> Self:
        """Fit the yearly course by (slightly penalised) least squares.

        Parameters
        ----------
        dates : ndarray of datetime64[D], shape (n_days,)
        series : ndarray of shape (n_days,)
            NaN where missing.

        Raises
        ------
        NotEnoughData
            Fewer than 30 days were observed.
        """
        observed = ~np.isnan(series)
        if observed.sum() < _FEWEST_DAYS:
            raise NotEnoughData(f"A climatology needs at least {_FEWEST_DAYS} observed days.")
        mean = float(series[observed].mean())
        waves = seasonal_harmonics(dates[observed], HARMONICS)
        design = np.column_stack([np.ones(len(waves)), waves])
        penalty = _PENALTY_DAYS * np.diag([0.0] + [1.0] * waves.shape[1])
        solution = np.linalg.solve(
            design.T @ design + penalty, design.T @ (series[observed] - mean)
        )
        solution[0] += mean
        return cls(coefficients=tuple(solution.tolist()), lowest=lowest, highest=highest)

    def at(self, dates: DateArray) -> FloatArray:
        """Return what is usual on each date; same shape as `dates`, unit of the series."""
        mean, *amplitudes = self.coefficients
        waves = seasonal_harmonics(dates, HARMONICS)
        return self._within_bounds(mean + waves @ np.array(amplitudes))

    def _within_bounds(self, course: FloatArray) -> FloatArray:
        if self.lowest is None and self.highest is None:
            return course
        lowest = -np.inf if self.lowest is None else self.lowest
        highest = np.inf if self.highest is None else self.highest
        return within(course, lowest, highest)


def courses(climatologies: Sequence[HarmonicClimatology], dates: DateArray) -> list[FloatArray]:
    """Return what each climatology says is usual, in one go.

    Parameters
    ----------
    dates : ndarray of datetime64[D], shape (n_days,)

    Returns
    -------
    list of ndarray of shape (n_days,)
        `HarmonicClimatology.at` of each, to within rounding.
    """
    coefficients = np.array([one.coefficients for one in climatologies])
    waves = seasonal_harmonics(dates, HARMONICS)
    table = coefficients[:, :1] + coefficients[:, 1:] @ waves.T
    return [one._within_bounds(row) for one, row in zip(climatologies, table, strict=True)]  # noqa: SLF001 - one of this module

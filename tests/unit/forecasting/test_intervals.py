"""Conformal intervals: order statistics of past errors that keep their promise."""

import numpy as np
import pytest

from shared.errors import NotEnoughData
from shared.forecasting.intervals import ResidualQuantiles


def errors(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> ResidualQuantiles:
    """Return the quantiles of the same errors at every lead."""
    return ResidualQuantiles.fit(np.repeat(values[:, np.newaxis], 7, axis=1))


def test_ranks_are_those_of_one_more_draw() -> None:
    # With 99 errors 1..99 the ranks are (99 + 1) * level: 2.5, 10, 90 and 97.5, rounded outwards.
    quantiles = errors(np.random.default_rng(1).permutation(np.arange(1.0, 100.0)))
    assert quantiles.lower_95 == (2.0,) * 7
    assert quantiles.lower_80 == (10.0,) * 7
    assert quantiles.upper_80 == (90.0,) * 7
    assert quantiles.upper_95 == (98.0,) * 7


def test_a_new_error_falls_inside_as_often_as_promised() -> None:
    random = np.random.default_rng(2)
    inside = np.zeros((2, 2000), bool)
    for trial in range(inside.shape[1]):
        drawn = random.gamma(1.0, size=61)
        quantiles = errors(drawn[:60])
        inside[0, trial] = quantiles.lower_80[0] <= drawn[60] <= quantiles.upper_80[0]
        inside[1, trial] = quantiles.lower_95[0] <= drawn[60] <= quantiles.upper_95[0]
    # 0.8 and 0.95, or a little more since ranks are whole; 0.03 is three standard errors.
    assert 0.77 < inside[0].mean() < 0.86
    assert 0.93 < inside[1].mean() <= 1.0


def test_bounds_lie_around_the_forecast() -> None:
    bounds = errors(np.arange(-50.0, 50.0)).bounds(np.full((2, 7), 20.0))
    assert set(bounds) == {"lower_95", "lower_80", "upper_80", "upper_95"}
    assert bounds["upper_95"].shape == (2, 7)
    assert bounds["lower_80"][0, 0] == 20.0 - 41.0  # the tenth of the errors -50..49


def test_a_handful_of_errors_is_not_enough() -> None:
    with pytest.raises(NotEnoughData):
        errors(np.arange(19.0))

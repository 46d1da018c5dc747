"""Calibration of probabilities: what is said at 30 % happens on 30 of 100 days."""

import numpy as np
import pytest

from shared.forecasting.arrays import FloatArray
from shared.forecasting.calibration import ProbabilityCalibration


def occurred(probability: FloatArray) -> FloatArray:
    random = np.random.default_rng(5)
    return (random.random(probability.shape) < probability).astype(np.float64)


SAID = np.random.default_rng(4).uniform(0.02, 0.9, (3000, 7))


def test_reliable_probabilities_stay_as_they_are() -> None:
    calibration = ProbabilityCalibration.fit(SAID, occurred(SAID))
    np.testing.assert_allclose(calibration.apply(SAID), SAID, atol=0.03)


def test_probabilities_that_are_twice_too_high_are_halved() -> None:
    calibrated = ProbabilityCalibration.fit(SAID, occurred(SAID / 2)).apply(SAID)
    for said in (0.1, 0.4, 0.8):
        near = np.abs(SAID - said) < 0.05
        assert calibrated[near].mean() == pytest.approx(said / 2, abs=0.05)


def test_a_few_past_forecasts_change_little() -> None:
    never = np.zeros((3, 7))
    calibration = ProbabilityCalibration.fit(np.full((3, 7), 0.3), never)
    assert 0.15 < calibration.apply(np.array([0.3]))[0] < 0.3


def test_likelier_rain_stays_likelier() -> None:
    backwards = ProbabilityCalibration.fit(SAID, occurred(1.0 - SAID)).apply(np.array([0.2, 0.8]))
    assert backwards[0] <= backwards[1]


def test_nothing_is_certain() -> None:
    sure = ProbabilityCalibration(offset=50.0).apply(np.array([0.5]))
    assert 0.0 < sure[0] < 1.0

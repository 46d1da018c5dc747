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
    many = np.tile(SAID, (10, 1))
    calibrated = ProbabilityCalibration.fit(many, occurred(many / 2)).apply(many)
    for said in (0.1, 0.4, 0.8):
        near = np.abs(many - said) < 0.05
        assert calibrated[near].mean() == pytest.approx(said / 2, abs=0.05)


@pytest.mark.parametrize("seed", range(8))
def test_far_too_sure_forecasts_are_toned_down_and_do_not_run_away(seed: int) -> None:
    # Seattle, trained on little more than a year: whole steps of Newton's method made a slope of 80
    # of it, and forecasts that were worse than before.
    random = np.random.default_rng(seed)
    sure = random.choice([0.02, 0.98], (235, 7))
    came = (random.random(sure.shape) < 0.25).astype(np.float64)
    calibration = ProbabilityCalibration.fit(sure, came)
    assert 0.0 <= calibration.slope < 0.3
    assert ((calibration.apply(sure) - came) ** 2).mean() < ((sure - came) ** 2).mean()


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

"""Paired cases: scores by hand, and bytes that hold no object."""

import io
from dataclasses import fields, replace

import numpy as np
import pytest

from shared.forecasting.cases import PairedCases
from shared.forecasting.scores import bias, mae, mse, r2, rmse, skill_score


def cases(n: int = 4) -> PairedCases:
    observed = np.tile(np.arange(7.0), (n, 1))
    return PairedCases(
        reference_dates=np.datetime64("2025-01-01") + np.arange(n),
        observed=observed,
        forecast=observed + 1.0,
        climatology=np.full((n, 7), 3.0),
        persistence=observed + 2.0,
        damped_persistence=observed - 1.0,
        inside_80=np.ones((n, 7), bool),
        inside_95=np.zeros((n, 7), bool),
    )


def test_scores_are_those_of_their_definitions() -> None:
    forecast, observed = np.array([2.0, 0.0]), np.array([0.0, 4.0])
    assert mae(forecast, observed) == 3.0
    assert mse(forecast, observed) == 10.0
    assert rmse(forecast, observed) == pytest.approx(10.0**0.5)
    assert bias(forecast, observed) == -1.0
    assert r2(forecast, observed) == 1.0 - 10.0 / 4.0
    assert r2(observed, np.array([3.0, 3.0])) == 0.0
    assert skill_score(1.0, 0.0) == 0.0


def test_metrics_are_pooled_and_by_lead_and_against_every_reference() -> None:
    metrics = cases().metrics()
    assert metrics["rmse"] == metrics["mae"] == metrics["bias"] == 1.0
    # Climatology is off by -3..3: a mean squared error of 4, so 1 - 1/4; persistence by 2.
    assert metrics["skill_vs_climatology"] == 0.75
    assert metrics["skill_vs_persistence"] == 0.75
    assert metrics["skill_vs_damped_persistence"] == 0.0
    assert metrics["mae_climatology_lead_1"] == 3.0
    assert metrics["skill_vs_climatology_lead_4"] == 0.0  # climatology was right there
    assert (metrics["coverage_80"], metrics["coverage_95"]) == (1.0, 0.0)
    assert metrics["cases"] == 4.0


def test_cases_come_back_from_their_bytes() -> None:
    original = replace(cases(), crps=np.ones((4, 7)), is_hot=np.zeros((4, 7), bool))
    restored = PairedCases.from_npz(original.to_npz())
    assert restored.guidance is None
    for name in (field.name for field in fields(original)):
        array = getattr(original, name)
        if array is not None:
            np.testing.assert_array_equal(getattr(restored, name), array)
            assert getattr(restored, name).dtype == array.dtype


def test_an_object_among_the_cases_is_refused() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, **{**vars(cases()), "observed": np.array([object()])})
    with pytest.raises(ValueError, match="Object arrays cannot be loaded"):
        PairedCases.from_npz(buffer.getvalue())


def test_cases_of_consecutive_folds_are_joined() -> None:
    joined = PairedCases.joined([cases(2), cases(3)])
    assert joined.forecast.shape == (5, 7)
    assert joined.metrics()["rmse"] == 1.0

"""The comparison of champion and challenger, against independent figures and known rates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from registry_gate.comparison import Comparison, diebold_mariano
from shared.forecasting.arrays import FloatArray

LEADS = 7


def errors(seed: int, *, days: int = 365, scale: float = 1.0) -> FloatArray:
    """Errors as forecasts have them: neighbouring leads of one date resemble each other."""
    rng = np.random.default_rng(seed)
    return scale * (rng.normal(size=(days, 1)) + 0.5 * rng.normal(size=(days, LEADS)))


def test_p_value_at_horizon_one_is_the_corrected_t_test() -> None:
    # With one lead and no autocovariance Diebold-Mariano is a t-test on the loss differential
    # with variance 1/n sum((d - mean)^2); Harvey et al. then scale by sqrt((n - 1) / n).
    champion, challenger = errors(1)[:, :1], errors(2)[:, :1]
    advantage = (champion**2 - challenger**2)[:, 0]
    expected = stats.ttest_1samp(advantage, 0.0, alternative="greater")
    n = len(advantage)
    statistic = expected.statistic * np.sqrt(n / (n - 1)) * np.sqrt((n - 1) / n)
    assert diebold_mariano(champion, challenger, horizon=1) == pytest.approx(
        stats.t.sf(statistic, df=n - 1)
    )


def test_equal_models_are_found_better_as_often_as_the_level_says() -> None:
    trials = 400
    found = sum(diebold_mariano(errors(i), errors(i + trials)) < 0.10 for i in range(trials))
    # Binomial: 40 expected of 400, standard deviation 6; the test may be a little conservative.
    assert 16 <= found <= 60


def test_real_gain_of_eleven_percent_is_found_mostly() -> None:
    # On 60 days a real 11 % edge is found only in 58 % of cases; a year must do much better.
    trials = 200
    found = sum(
        diebold_mariano(errors(i), errors(i + trials, scale=0.89)) < 0.10 for i in range(trials)
    )
    assert found > 0.8 * trials


def test_too_few_days_say_nothing() -> None:
    assert diebold_mariano(errors(1, days=14), errors(2, days=14, scale=0.1)) == 1.0


def test_no_difference_says_nothing() -> None:
    same = errors(1)
    assert diebold_mariano(same, same) == 1.0


@given(st.integers(0, 10_000), st.floats(0.5, 2.0))
def test_p_values_of_both_directions_add_up_to_one(seed: int, scale: float) -> None:
    a, b = errors(seed), errors(seed + 1, scale=scale)
    assert diebold_mariano(a, b) + diebold_mariano(b, a) == pytest.approx(1.0)


def test_improvement_is_the_fraction_of_rmse_removed() -> None:
    comparison = Comparison.of(np.full((200, LEADS), 2.0), np.full((200, LEADS), 1.5))
    assert comparison.improvement == pytest.approx(0.25)
    assert comparison.paired_days == 200


def test_perfect_champion_cannot_be_improved_on() -> None:
    comparison = Comparison.of(np.zeros((200, LEADS)), np.ones((200, LEADS)))
    assert comparison.improvement == 0.0
    assert comparison.p_value == 1.0

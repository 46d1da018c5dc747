"""The comparison of champion and challenger, against independent figures and known rates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from registry_gate.comparison import Comparison, diebold_mariano, improvement_interval
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
    assert comparison.improvement == -np.inf
    assert comparison.p_value == 1.0


def test_advantage_over_several_days_is_that_of_another_library() -> None:
    # statsmodels 0.15.0: OLS on a constant, cov_type="HAC", maxlags=2, use_correction=False gives
    # t = 5.080565995830469; times Harvey's factor sqrt((24 + 1 - 6 + 6 / 24) / 24), t with 23 df.
    tenths = "9 -3 4 12 -8 5 7 -1 3 6 -4 11 2 -6 8 1 5 -2 9 4 -7 3 6 10"
    advantage = np.array([int(tenth) / 10 for tenth in tenths.split()])
    champion = np.sqrt(1.0 + advantage)[:, np.newaxis]
    p_value = diebold_mariano(champion, np.ones_like(champion), horizon=3)
    assert p_value == pytest.approx(7.142655540324732e-05, rel=1e-9)


def test_error_that_is_no_number_proves_nothing() -> None:
    champion, challenger = errors(1), errors(2, scale=0.5)
    challenger[3, 4] = np.nan
    comparison = Comparison.of(champion, challenger)
    assert comparison.p_value == 1.0
    assert np.isnan(comparison.improvement)


def test_interval_of_the_improvement_holds_it_and_says_what_the_test_says() -> None:
    # The lower end of the 80 % interval and p < 0.10 are two ways to the same answer.
    found = [Comparison.of(errors(i), errors(i + 300, scale=0.95)) for i in range(100)]
    assert all(one.interval[0] < one.improvement < one.interval[1] for one in found)
    agreeing = sum((one.interval[0] > 0.0) == (one.p_value < 0.10) for one in found)
    assert agreeing >= 90


def test_interval_holds_the_true_improvement_as_often_as_it_says() -> None:
    trials = 200
    intervals = [improvement_interval(errors(i), errors(i + 900)) for i in range(trials)]
    holding = sum(low <= 0.0 <= high for low, high in intervals)
    # Binomial: 160 expected of 200, standard deviation 6; block bootstraps are a little narrow.
    assert 140 <= holding <= 178


def test_interval_of_too_few_days_is_unknown() -> None:
    interval = improvement_interval(errors(1, days=27), errors(2, days=27))
    assert np.isnan(interval).all()


def test_slices_are_compared_on_their_own_cases() -> None:
    champion, challenger = np.full((200, LEADS), 2.0), np.full((200, LEADS), 1.0)
    hot = np.zeros((200, LEADS), bool)
    hot[:50, 2] = True
    challenger[hot] = 3.0
    hot_days = Comparison.of(champion, challenger, {"hot_days": hot}).slices["hot_days"]
    assert hot_days.paired_days == 50
    assert hot_days.improvement == pytest.approx(-0.5)
    assert hot_days.p_value == 1.0

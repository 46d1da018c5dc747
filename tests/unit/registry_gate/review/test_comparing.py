"""Champion against rival: beaten only where chance does not explain it."""

import numpy as np
import pytest

from registry_gate.review.comparing import (
    FEWEST_DAYS,
    WINDOW_DAYS,
    is_silent,
    stand,
    usual_loss,
)
from shared.forecasting.arrays import FloatArray
from tests.unit.registry_gate.review.test_shift import autoregressive

N_LEADS = 7


def losses(
    seed: int, days: int, *, worse_from: int | None = None, factor: float = 1.0
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return squared errors of a champion, the one before it, and a reference, by day and lead.

    Models err mostly together, as models of one site do; from some day on the champion's errors
    are `factor` times as large.
    """
    rng = np.random.default_rng(seed)
    growing = np.linspace(1.0, 2.0, N_LEADS)

    def series() -> FloatArray:
        return np.column_stack([autoregressive(rng, days, 0.5) for _ in range(N_LEADS)])

    common = series()
    champion, previous, reference = (growing * (common + 0.35 * series() + 0.0) for _ in range(3))
    if worse_from is not None:
        champion[worse_from:] *= factor
    return champion**2, previous**2, (1.05 * reference) ** 2


def first_beaten(seed: int, days: int, **how: float) -> int | None:
    """Return the first day on which a daily review finds the champion beaten; None if never."""
    worse_from = int(how["worse_from"]) if "worse_from" in how else None
    champion, previous, reference = losses(
        seed, days, worse_from=worse_from, factor=how.get("factor", 1.0)
    )
    for day in range(1, days + 1):
        usual = usual_loss(reference[:day])
        if stand(champion[:day], previous[:day], usual).is_beaten:
            return day
    return None


@pytest.mark.parametrize("seed", range(6))
def test_four_years_of_equal_models_bring_no_rollback(seed: int) -> None:
    assert first_beaten(seed, 4 * 365 + 1) is None


@pytest.mark.parametrize(("served", "at_least"), [(0, 95), (10, 85), (30, 75)])
def test_champion_whose_errors_double_is_found_within_ten_verified_days(
    served: int, at_least: int
) -> None:
    """Most surely right after its promotion: later, better days are still in the window."""
    runs = [first_beaten(seed, served + 10, worse_from=served, factor=2.0) for seed in range(100)]
    assert sum(day is not None and served < day for day in runs) >= at_least


def test_fewer_days_prove_nothing() -> None:
    champion, previous, reference = losses(0, FEWEST_DAYS - 1, worse_from=0, factor=10.0)
    assert not stand(champion, previous, usual_loss(reference)).is_beaten


def test_lucky_forecast_of_a_new_reference_does_not_say_what_is_usual() -> None:
    # Beni Mellal, six days after its start: damped persistence missed 15 degC by 0.01 five days
    # ahead, and a champion that missed by one degree was 7,000 times worse than usual.
    _, previous, reference = losses(0, 6)
    not_yet = np.triu(np.ones((6, N_LEADS), dtype=bool), 1)
    previous[not_yet] = reference[not_yet] = np.nan
    reference[5, 5] = 0.0001
    assert not stand(1.3 * previous, previous, usual_loss(reference)).is_beaten


def test_one_day_however_bad_is_not_enough() -> None:
    champion, previous, reference = losses(0, 20)
    champion[-1] += 1000.0
    assert not stand(champion, previous, usual_loss(reference)).is_beaten


def test_only_days_both_forecast_count_and_only_the_last_ones() -> None:
    champion, previous, reference = losses(0, 60)
    previous[::2] = np.nan
    standing = stand(champion, previous, usual_loss(reference))
    assert standing.days == WINDOW_DAYS // 2
    nobody = stand(champion, np.full_like(champion, np.nan), usual_loss(reference))
    assert (nobody.days, nobody.is_beaten) == (0, False)
    assert nobody.as_json()["excess"] is None


def test_champion_that_says_nothing_while_the_one_before_it_does_is_silent() -> None:
    champion, previous, _ = losses(0, 20)
    assert not is_silent(champion, previous)
    champion[-FEWEST_DAYS:] = np.nan
    assert is_silent(champion, previous)
    previous[-1] = np.nan
    assert not is_silent(champion, previous)

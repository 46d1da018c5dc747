"""How often the gate errs; `make bench PART=gate` measures the same, docs/gates.md has figures."""

import pytest

from benchmarks.gate.power import REAL_ADVANTAGE, promotion_rate

RUNS = 200


@pytest.mark.parametrize("days", [120, 240])
def test_equal_candidates_are_promoted_in_at_most_a_tenth_of_the_runs(days: int) -> None:
    assert promotion_rate(days=days, advantage=0.0, runs=RUNS) <= 0.10


def test_real_advantage_over_120_days_is_promoted_in_four_fifths_of_the_runs() -> None:
    assert promotion_rate(days=120, advantage=REAL_ADVANTAGE, runs=RUNS) >= 0.80

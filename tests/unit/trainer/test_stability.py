"""How sure a choice is: clear winners win nearly always, equals share the samples."""

from dataclasses import replace

import numpy as np
import pytest

from shared.forecasting.cases import PairedCases
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable
from tests.support.models import make_cases
from tests.support.weather import made_up_history
from trainer.selection import Entry, Weights
from trainer.stability import CLEAR, shares_of_wins

LINEAR, FOREST, *_ = Family
CASES = make_cases(made_up_history(days=900), Variable.TEMPERATURE_MAX)
WEIGHTS = Weights()


def shares(*contenders: PairedCases) -> dict[Family, float]:
    by_family = dict(zip(Family, contenders, strict=False))
    entries = [Entry(family, cases.metrics(), 30.0) for family, cases in by_family.items()]
    return shares_of_wins(entries, by_family, WEIGHTS, seed=1)


def better_in_weeks(parity: int) -> PairedCases:
    """Return the cases of a model that is better in every other week."""
    weeks = np.arange(len(CASES.reference_dates)) // 7 % 2 == parity
    scale = np.where(weeks, 0.8, 1.0)[:, np.newaxis]
    return replace(CASES, forecast=CASES.observed + scale * (CASES.forecast - CASES.observed))


def test_better_contender_wins_clearly() -> None:
    better = replace(CASES, forecast=CASES.observed + 0.8 * (CASES.forecast - CASES.observed))
    assert shares(CASES, better)[FOREST] > CLEAR


def test_equal_contenders_share_the_samples() -> None:
    found = shares(better_in_weeks(0), better_in_weeks(1))
    assert sum(found.values()) == pytest.approx(1.0)
    assert max(found.values()) < 0.95


def test_same_seed_gives_the_same_shares() -> None:
    assert shares(better_in_weeks(0), better_in_weeks(1)) == shares(
        better_in_weeks(0), better_in_weeks(1)
    )


def test_dates_that_one_contender_lacks_are_left_out() -> None:
    fields = {n: column[30:] for n, column in vars(CASES).items() if column is not None}
    later = PairedCases(**fields)
    assert sum(shares(CASES, later).values()) == pytest.approx(1.0)


def test_scores_of_the_sample_with_every_date_once_are_those_of_the_backtest() -> None:
    from trainer.stability import _sums  # noqa: PLC0415 - the arithmetic itself

    once = np.ones((1, len(CASES.reference_dates)))
    metrics = _sums(CASES, CASES.reference_dates).metrics(once)
    expected = CASES.metrics()
    found = {name: float(of_sample) for name, (of_sample,) in metrics.items()}
    assert found == pytest.approx({name: expected[name] for name in found})

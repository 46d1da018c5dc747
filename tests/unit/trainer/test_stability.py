"""How sure a choice is: who is clearly better wins, equals share the samples."""

from dataclasses import replace

import numpy as np
import pytest

from shared.forecasting.cases import PairedCases
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable
from tests.support.models import make_cases
from tests.support.weather import made_up_history
from trainer.selection import Entry, Weights
from trainer.stability import CLEAR, SampledContest, sampled_contest

LINEAR, FOREST, BOOSTING = Family
CASES = make_cases(made_up_history(days=900), Variable.TEMPERATURE_MAX)
WEIGHTS = Weights()


def contest(*contenders: PairedCases) -> SampledContest:
    by_family = dict(zip(Family, contenders, strict=False))
    entries = [Entry(family, cases.metrics(), 30.0) for family, cases in by_family.items()]
    return sampled_contest(entries, by_family, WEIGHTS, seed=1)


def with_errors_of(share: float) -> PairedCases:
    """Return the cases of a model whose errors are that share of the usual ones."""
    return replace(CASES, forecast=CASES.observed + share * (CASES.forecast - CASES.observed))


def sampled(n_ahead: int) -> SampledContest:
    """Return a contest of twenty samples, in so many of which the forest is ahead."""
    forest = np.where(np.arange(20) < n_ahead, 0.6, 0.4)
    return SampledContest({LINEAR: np.full(20, 0.5), FOREST: forest})


def better_in_weeks(parity: int) -> PairedCases:
    """Return the cases of a model that is better in every other week."""
    weeks = np.arange(len(CASES.reference_dates)) // 7 % 2 == parity
    scale = np.where(weeks, 0.8, 1.0)[:, np.newaxis]
    return replace(CASES, forecast=CASES.observed + scale * (CASES.forecast - CASES.observed))


def test_better_contender_wins_clearly() -> None:
    found = contest(CASES, with_errors_of(0.8))
    assert found.wins[FOREST] > CLEAR
    assert found.winner is FOREST


def test_equal_contenders_share_the_samples() -> None:
    found = contest(better_in_weeks(0), better_in_weeks(1))
    assert sum(found.wins.values()) == pytest.approx(1.0)
    assert max(found.wins.values()) < 0.95


@pytest.mark.parametrize(
    ("n_ahead", "winner"), [(20, FOREST), (19, FOREST), (18, LINEAR), (0, LINEAR)]
)
def test_more_complex_family_takes_over_if_ahead_in_nineteen_of_twenty_samples(
    n_ahead: int, winner: Family
) -> None:
    assert sampled(n_ahead).winner is winner


def test_tie_of_better_families_goes_to_the_simpler_of_them() -> None:
    found = contest(CASES, with_errors_of(0.8), with_errors_of(0.8))
    assert found.winner is FOREST


def test_who_of_two_wins_does_not_depend_on_a_third() -> None:
    two = sampled(18).scores
    worst, best = (SampledContest({**two, BOOSTING: np.full(20, score)}) for score in (0.1, 0.9))
    assert worst.winner is LINEAR
    assert best.winner is BOOSTING


def test_same_seed_gives_the_same_samples() -> None:
    first, second = (contest(better_in_weeks(0), better_in_weeks(1)) for _ in range(2))
    np.testing.assert_array_equal(first.scores[FOREST], second.scores[FOREST])


def test_dates_that_one_contender_lacks_are_left_out() -> None:
    fields = {n: column[30:] for n, column in vars(CASES).items() if column is not None}
    later = PairedCases(**fields)
    assert sum(contest(CASES, later).wins.values()) == pytest.approx(1.0)


def test_scores_of_the_sample_with_every_date_once_are_those_of_the_backtest() -> None:
    from trainer.stability import _sums  # noqa: PLC0415 - the arithmetic itself

    once = np.ones((1, len(CASES.reference_dates)))
    metrics = _sums(CASES, CASES.reference_dates).metrics(once)
    expected = CASES.metrics()
    found = {name: float(of_sample) for name, (of_sample,) in metrics.items()}
    assert found == pytest.approx({name: expected[name] for name in found})

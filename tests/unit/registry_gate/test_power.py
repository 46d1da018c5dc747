"""How often the gate errs, by its whole table of criteria: equal candidates, and a better one.

The errors are those of forecasts: what the weather itself brings accumulates with the lead and is
the same for both models; what each adds of its own stays for days. docs/gates.md has the figures.
"""

from dataclasses import replace

import numpy as np
import pytest

from registry_gate.evidence import compare
from registry_gate.judging import judge
from registry_gate.terms import Evidence, Outcome, Thresholds
from shared.forecasting.arrays import FloatArray
from shared.forecasting.cases import PairedCases
from shared.forecasting.variables import LEAD_DAYS, Variable
from tests.support.specimens import good_specimen

LIMITS = Thresholds()
RUNS = 200
WEATHER_LEFT, OWN_LEFT = 0.7, 0.6
#: A real advantage, as it was seen on real data; of the RMSE.
ADVANTAGE = 0.11
#: What a champion adds to the weather's own error, as a share of that error's variance.
OWN_SHARE = 0.4


@pytest.fixture(scope="module")
def sound() -> tuple[PairedCases, Evidence]:
    """Return a candidate with nothing else wrong, and its cases."""
    good = good_specimen(Variable.TEMPERATURE_MAX)
    return good.dossier.cases, good.evidence()


def weather_errors(rng: np.random.Generator, n_days: int) -> FloatArray:
    """Return what cannot be known, of unit variance at the last lead: shape (n_days, 7)."""
    news = rng.normal(size=n_days + len(LEAD_DAYS))
    errors = np.zeros((n_days, len(LEAD_DAYS)))
    before = np.zeros(n_days)
    for place in range(len(LEAD_DAYS)):
        before = WEATHER_LEFT * before + news[place : place + n_days]
        errors[:, place] = before
    scaled: FloatArray = errors / errors[:, -1].std()
    return scaled


def own_errors(rng: np.random.Generator, like: FloatArray, share: float) -> FloatArray:
    """Return what a model adds: as much of the weather's error at every lead, for days on end."""
    noise = rng.normal(size=like.shape) * np.sqrt(1.0 - OWN_LEFT**2)
    series = np.empty_like(like)
    series[0] = rng.normal(size=like.shape[1])
    for day in range(1, len(like)):
        series[day] = OWN_LEFT * series[day - 1] + noise[day]
    scaled: FloatArray = np.sqrt(share) * like.std(axis=0) * series
    return scaled


def promotions(sound: tuple[PairedCases, Evidence], days: int, advantage: float) -> int:
    """Return how many of the seeded runs promote a candidate whose RMSE is so much lower."""
    cases, evidence = sound
    cases = cases.chosen(np.arange(len(cases.reference_dates))[-days:])
    assert len(cases.reference_dates) == days
    share = (1.0 + OWN_SHARE) * (1.0 - advantage) ** 2 - 1.0
    promoted = 0
    for seed in range(RUNS):
        rng = np.random.default_rng(seed)
        weather = weather_errors(rng, days)
        champion = cases.observed + weather + own_errors(rng, weather, OWN_SHARE)
        challenger = cases.observed + weather + own_errors(rng, weather, share)
        comparison = compare(replace(cases, forecast=champion), replace(cases, forecast=challenger))
        judged = judge(replace(evidence, comparison=comparison, champion_age_days=7), LIMITS)
        promoted += judged.outcome is Outcome.PROMOTE
    return promoted


@pytest.mark.parametrize("days", [120, 240])
def test_equal_candidates_are_promoted_in_at_most_a_tenth_of_the_runs(
    sound: tuple[PairedCases, Evidence], days: int
) -> None:
    assert promotions(sound, days, 0.0) <= RUNS * 0.10


def test_real_advantage_over_120_days_is_promoted_in_four_fifths_of_the_runs(
    sound: tuple[PairedCases, Evidence],
) -> None:
    assert promotions(sound, 120, ADVANTAGE) >= RUNS * 0.80

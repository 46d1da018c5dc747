"""How often the gate errs, by its whole table of criteria: equal candidates, and a better one.

The errors are those of forecasts: what the weather itself brings accumulates with the lead and is
the same for both models; what each adds of its own stays for days.
"""

from dataclasses import replace

import numpy as np

from registry_gate.evidence import compare
from registry_gate.judging import judge
from registry_gate.terms import Evidence, Outcome, Soundness, Thresholds
from shared.forecasting.arrays import FloatArray
from shared.forecasting.cases import PairedCases
from shared.forecasting.variables import LEAD_DAYS, Variable

WEATHER_LEFT, OWN_LEFT = 0.7, 0.6
#: A real advantage, as it was seen on real data; of the RMSE.
REAL_ADVANTAGE = 0.11
#: What a champion adds to the weather's own error, as a share of that error's variance.
OWN_SHARE = 0.4

_LAST_DAY = np.datetime64("2025-12-31")
_FINGERPRINT = "f" * 64
_HOT_QUANTILE = 0.95
_A_WEEK = 7


def promotion_rate(*, days: int, advantage: float, runs: int) -> float:
    """Return the share of seeded runs that promote a candidate whose RMSE is so much lower.

    Parameters
    ----------
    days : int
        Paired days of the comparison.
    advantage : float
        Fraction of the RMSE; 0 for a candidate of equal skill.
    """
    promoted = [_is_promoted(seed, days, advantage) for seed in range(runs)]
    return float(np.mean(promoted))


def _is_promoted(seed: int, days: int, advantage: float) -> bool:
    rng = np.random.default_rng(seed)
    weather = weather_errors(rng, days)
    share = (1.0 + OWN_SHARE) * (1.0 - advantage) ** 2 - 1.0
    cases = _year(days)
    champion = cases.observed + weather + own_errors(rng, weather, OWN_SHARE)
    challenger = cases.observed + weather + own_errors(rng, weather, share)
    comparison = compare(replace(cases, forecast=champion), replace(cases, forecast=challenger))
    evidence = replace(_SOUND, comparison=comparison, champion_age_days=_A_WEEK)
    return judge(evidence, Thresholds()).outcome is Outcome.PROMOTE


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


def _year(days: int) -> PairedCases:
    """Return the cases of the last days of a year, with seasons and hot days, nothing forecast."""
    dates = _LAST_DAY - np.arange(days)[::-1]
    day_of_year = (dates - dates.astype("datetime64[Y]")).astype(np.float64)
    season = 25.0 - 10.0 * np.cos(2.0 * np.pi * day_of_year / 365.25)
    observed = np.repeat(season[:, np.newaxis], len(LEAD_DAYS), axis=1)
    nothing = np.zeros_like(observed)
    return PairedCases(
        reference_dates=dates,
        observed=observed,
        forecast=nothing,
        climatology=observed,
        persistence=nothing,
        damped_persistence=nothing,
        inside_80=np.ones(observed.shape, bool),
        inside_95=np.ones(observed.shape, bool),
        is_hot=observed > np.quantile(observed, _HOT_QUANTILE),
    )


#: A candidate with nothing wrong, before it is compared.
_SOUND = Evidence(
    variable=Variable.TEMPERATURE_MAX,
    r2=0.95,
    skill={"climatology": 0.3, "persistence": 0.3},
    coverage_80=0.80,
    test_cases=365,
    completeness=1.0,
    age_days=0,
    fingerprint=_FINGERPRINT,
    claimed_rmse=1.0,
    soundness=Soundness(answer_ms=1.0, fingerprint=_FINGERPRINT, rmse=1.0),
)

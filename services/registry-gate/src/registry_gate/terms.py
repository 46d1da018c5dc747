"""The terms of a judgement: evidence and thresholds in, findings and an outcome out."""

import math
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from registry_gate.comparison import Comparison
from shared.forecasting.variables import Variable


class Verdict(StrEnum):
    """What a criterion says of a candidate."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class Outcome(StrEnum):
    """What becomes of a candidate."""

    PROMOTE = "promote"
    REJECT = "reject"
    INCONCLUSIVE = "inconclusive"  # the champion stays


@dataclass(frozen=True)
class Thresholds:
    """What a candidate must reach; each is a setting (`CLIMATE_GATE_…`).

    Attributes
    ----------
    max_candidate_age_days : int
        From the end of a candidate's training data to the newest observed day.
    max_error_ratio : float
        Of the artifact's error on days of its backtest to that which the backtest claims.
    freshness_margin : float
        A fresher fit may be worse by so much and still replace an aged champion.
    slice_margin, slice_p_value : float
        A slice is worse if the RMSE is higher by more than this, and by more than luck.
    min_slice_days : int
        Of a slice with fewer reference dates nothing is said.
    max_unrepeatable_age_days : int
        After which a champion whose recipe cannot be backtested again gives way.
    """

    min_r2: float = 0.7
    min_improvement: float = 0.02
    max_p_value: float = 0.10
    min_paired_days: int = 120
    max_champion_age_days: int = 28
    freshness_margin: float = 0.01
    max_unrepeatable_age_days: int = 56
    slice_margin: float = 0.05
    slice_p_value: float = 0.05
    min_slice_days: int = 30
    min_test_cases: int = 100
    min_completeness: float = 0.90
    max_candidate_age_days: int = 28
    coverage_80_low: float = 0.70
    coverage_80_high: float = 0.90
    max_error_ratio: float = 2.0
    max_answer_ms: float = 50.0


@dataclass(frozen=True)
class Soundness:
    """What trying the artifact out showed.

    Attributes
    ----------
    answer_ms : float
        The quickest of a few whole forecasts, in milliseconds of the processor.
    fault : str or None
        Why the artifact cannot be used at all, if it cannot; nothing else is known of it then.
    not_finite, impossible, disordered : tuple of int
        Leads at which any forecast was no number, outside the physical bounds, or had intervals
        that do not hold the value or each other.
    fingerprint : str or None
        Of the features the artifact is made for.
    dates : tuple of date
        The reference dates it was asked to forecast from.
    rmse : float
        Of those forecasts, in the target series.
    """

    answer_ms: float
    fault: str | None = None
    not_finite: tuple[int, ...] = ()
    impossible: tuple[int, ...] = ()
    disordered: tuple[int, ...] = ()
    fingerprint: str | None = None
    dates: tuple[date, ...] = ()
    rmse: float = math.nan

    @classmethod
    def refused(cls, fault: str) -> Self:
        """Return what is known of an artifact that cannot be used."""
        return cls(answer_ms=math.inf, fault=fault)


@dataclass(frozen=True)
class Evidence:
    """All a decision is made from.

    Attributes
    ----------
    r2 : float
        Of the backtest, pooled over leads.
    skill : dict of str to float
        Skill score against each reference on identical cases, by the reference's name; of squared
        error, for rain of the Brier score.
    coverage_80 : float
        Share of observations inside the 80 % interval.
    test_cases : int
        Reference dates the backtest scored forecasts from.
    completeness : float
        Share of the needed input that was observed.
    age_days : int
        Days from the end of the candidate's training data to the newest observed day.
    fingerprint : str
        Of the features the candidate was recorded with.
    claimed_rmse : float
        Of the backtest, on the dates the artifact was tried out on.
    comparison : Comparison or None
        None if there is no champion.
    champion_age_days : int or None
        Days from the champion's training cutoff to the candidate's.
    """

    variable: Variable
    r2: float
    skill: dict[str, float]
    coverage_80: float
    test_cases: int
    completeness: float
    age_days: int
    fingerprint: str
    claimed_rmse: float
    soundness: Soundness
    comparison: Comparison | None = None
    champion_age_days: int | None = None


@dataclass(frozen=True)
class Finding:
    """What one criterion found."""

    criterion: str
    observed: float | None
    threshold: float | None
    verdict: Verdict
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Return the finding as the ledger keeps it; JSON has no NaN, so that becomes null."""
        return {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class Judgement:
    """The outcome with the findings it follows from and the sentence that sums it up."""

    outcome: Outcome
    reason: str
    findings: tuple[Finding, ...]

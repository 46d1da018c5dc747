"""The terms of a judgement: evidence and thresholds in, findings and an outcome out."""

import math
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

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
    """What a candidate must reach; each is a setting (`CLIMATE_GATE_…`)."""

    min_r2: float = 0.7
    min_improvement: float = 0.02
    max_p_value: float = 0.10
    min_paired_days: int = 120
    max_champion_age_days: int = 28
    # A fresher fit may be worse by so much and still replace an aged champion.
    freshness_margin: float = 0.01
    min_test_cases: int = 100
    min_completeness: float = 0.90
    coverage_80_low: float = 0.70
    coverage_80_high: float = 0.90
    max_answer_ms: float = 50.0


@dataclass(frozen=True)
class Soundness:
    """What trying the artifact out showed; `fault` says why it is unusable, if it is."""

    answer_ms: float
    fault: str | None = None


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
    coverage_80 : float or None
        Share of observations inside the 80 % interval; None for rain, whose distribution has most
        of its mass at zero, so that no interval can hold just 80 %.
    test_cases : int
        Reference dates the backtest scored forecasts from.
    completeness : float
        Share of the needed input that was observed.
    comparison : Comparison or None
        None if there is no champion.
    champion_age_days : int or None
        Days from the champion's training cutoff to the candidate's.
    """

    variable: Variable
    r2: float
    skill: dict[str, float]
    coverage_80: float | None
    test_cases: int
    completeness: float
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

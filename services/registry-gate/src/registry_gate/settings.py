"""The gate's settings."""

from datetime import timedelta
from typing import Any

from pydantic import Field

from registry_gate.ledger import Approval
from registry_gate.terms import Thresholds
from shared.settings import DatabaseSettings, HealthSettings, MlflowSettings, RedisSettings


def _days(default: int) -> Any:  # noqa: ANN401 - what pydantic's Field returns
    return Field(default=timedelta(days=default), ge=timedelta(days=1), description="such as P28D")


class GateSettings(DatabaseSettings, RedisSettings, MlflowSettings, HealthSettings):
    """Where things are, and what a candidate must reach."""

    gate_approval: Approval = Field(
        default=Approval.AUTOMATIC, description="automatic, or manual: what passes is proposed"
    )
    gate_min_r2: float = Field(default=Thresholds.min_r2, ge=0.0, le=1.0)
    gate_min_test_cases: int = Field(default=Thresholds.min_test_cases, ge=1)
    gate_min_completeness: float = Field(default=Thresholds.min_completeness, ge=0.0, le=1.0)
    gate_coverage_80_low: float = Field(default=Thresholds.coverage_80_low, ge=0.0, le=0.8)
    gate_coverage_80_high: float = Field(default=Thresholds.coverage_80_high, ge=0.8, le=1.0)
    gate_max_candidate_age: timedelta = _days(Thresholds.max_candidate_age_days)
    gate_max_answer_ms: float = Field(default=Thresholds.max_answer_ms, gt=0.0)
    gate_max_error_ratio: float = Field(default=Thresholds.max_error_ratio, gt=1.0)
    gate_min_paired_days: int = Field(default=Thresholds.min_paired_days, ge=30)
    gate_min_improvement: float = Field(default=Thresholds.min_improvement, ge=0.0, lt=1.0)
    gate_max_p_value: float = Field(default=Thresholds.max_p_value, gt=0.0, le=1.0)
    gate_max_champion_age: timedelta = _days(Thresholds.max_champion_age_days)
    gate_freshness_margin: float = Field(default=Thresholds.freshness_margin, ge=0.0, lt=1.0)
    gate_max_unrepeatable_age: timedelta = _days(Thresholds.max_unrepeatable_age_days)
    gate_slice_margin: float = Field(default=Thresholds.slice_margin, ge=0.0, lt=1.0)
    gate_slice_p_value: float = Field(default=Thresholds.slice_p_value, gt=0.0, le=1.0)
    gate_min_slice_days: int = Field(default=Thresholds.min_slice_days, ge=15)
    gate_challengers: int = Field(
        default=2, ge=0, le=10, description="latest candidates a variable that forecast unserved"
    )
    gate_rollback_cool_down: timedelta = _days(14)

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds with what is set."""
        return Thresholds(
            min_r2=self.gate_min_r2,
            min_test_cases=self.gate_min_test_cases,
            min_completeness=self.gate_min_completeness,
            coverage_80_low=self.gate_coverage_80_low,
            coverage_80_high=self.gate_coverage_80_high,
            max_candidate_age_days=self.gate_max_candidate_age.days,
            max_answer_ms=self.gate_max_answer_ms,
            max_error_ratio=self.gate_max_error_ratio,
            min_paired_days=self.gate_min_paired_days,
            min_improvement=self.gate_min_improvement,
            max_p_value=self.gate_max_p_value,
            max_champion_age_days=self.gate_max_champion_age.days,
            freshness_margin=self.gate_freshness_margin,
            max_unrepeatable_age_days=self.gate_max_unrepeatable_age.days,
            slice_margin=self.gate_slice_margin,
            slice_p_value=self.gate_slice_p_value,
            min_slice_days=self.gate_min_slice_days,
        )

"""The gate's settings."""

from datetime import timedelta

from pydantic import Field

from registry_gate.terms import Thresholds
from shared.settings import DatabaseSettings, HealthSettings, MlflowSettings, RedisSettings


class GateSettings(DatabaseSettings, RedisSettings, MlflowSettings, HealthSettings):
    """Where things are, and what a candidate must reach."""

    gate_min_r2: float = Field(default=Thresholds.min_r2, ge=0.0, le=1.0)
    gate_min_improvement: float = Field(default=Thresholds.min_improvement, ge=0.0, lt=1.0)
    gate_max_p_value: float = Field(default=Thresholds.max_p_value, gt=0.0, le=1.0)
    gate_max_champion_age: timedelta = Field(
        default=timedelta(days=Thresholds.max_champion_age_days),
        ge=timedelta(days=1),
        description="such as P28D",
    )

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds with what is set."""
        return Thresholds(
            min_r2=self.gate_min_r2,
            min_improvement=self.gate_min_improvement,
            max_p_value=self.gate_max_p_value,
            max_champion_age_days=self.gate_max_champion_age.days,
        )

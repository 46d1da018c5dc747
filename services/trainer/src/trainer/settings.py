"""The trainer's settings."""

from datetime import timedelta
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from shared.contracts.schedule import RETRAIN_EVERY
from shared.errors import ConfigurationError
from shared.settings import (
    DatabaseSettings,
    HealthSettings,
    MlflowSettings,
    RedisSettings,
    with_driver,
)
from trainer.selection import Weights


class TrainerSettings(DatabaseSettings, RedisSettings, MlflowSettings, HealthSettings):
    """Where things are, and how much is spent on a training."""

    optuna_url: SecretStr = Field(description="postgresql+psycopg2://… of Optuna's own database")

    trainer_trials: int = Field(default=10, ge=1, description="trials a family and variable")
    trainer_tuning_seconds: float = Field(
        default=60.0, gt=0.0, description="no new trial of a family and variable after so long"
    )
    trainer_longest_fit: timedelta = Field(
        default=timedelta(minutes=15),
        description="what takes longer hangs: the trainer is ended and the job tried again",
    )
    trainer_keep_studies: timedelta = Field(
        default=timedelta(days=28), description="older studies of Optuna are removed"
    )
    trainer_seed: int = Field(default=20181, ge=0, description="of every random choice")
    trainer_longest_history: timedelta = Field(
        default=timedelta(days=5500), description="older observations are left out, such as P5500D"
    )
    trainer_retrain_every: timedelta = Field(default=RETRAIN_EVERY, description="such as P7D")
    trainer_weight_rmse: float = Field(default=Weights.rmse, ge=0.0)
    trainer_weight_r2: float = Field(default=Weights.r2, ge=0.0)
    trainer_weight_time: float = Field(default=Weights.time, ge=0.0)
    trainer_time_budget_seconds: float = Field(default=Weights.time_budget_seconds, gt=0.0)
    git_commit: str | None = Field(default=None, description="of this code; asked of git if unset")

    @field_validator("optuna_url")
    @classmethod
    def _optuna_names_the_driver(cls, url: SecretStr) -> SecretStr:
        return SecretStr(with_driver(url.get_secret_value()))

    @model_validator(mode="after")
    def _make_sense(self) -> Self:
        _ = self.weights  # refuses those that decide nothing
        if self.trainer_longest_fit.total_seconds() <= self.trainer_tuning_seconds:
            raise ConfigurationError(
                "CLIMATE_TRAINER_LONGEST_FIT must be longer than CLIMATE_TRAINER_TUNING_SECONDS, "
                "else every fit that uses its budget would be taken for one that hangs."
            )
        return self

    @property
    def weights(self) -> Weights:
        """The weights of the composite score with what is set."""
        return Weights(
            rmse=self.trainer_weight_rmse,
            r2=self.trainer_weight_r2,
            time=self.trainer_weight_time,
            time_budget_seconds=self.trainer_time_budget_seconds,
        )

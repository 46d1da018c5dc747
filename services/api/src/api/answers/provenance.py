"""Where an issued forecast comes from, down to data, code and decision; and trainings."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, JsonValue

from api.answers.record import JobState, Outcome, RecordQuery
from shared.adapters.verification.issued import IssuedForecast
from shared.contracts.issuers import Issuer
from shared.forecasting.families import Family
from shared.forecasting.variables import LEAD_DAYS, VARIABLES, Variable


class IssuedModel(BaseModel):
    """The model that made a forecast, and what it was made of."""

    candidate_id: UUID
    family: Family
    model_version: str
    artifact_uri: str
    artifact_sha256: str
    train_cutoff: date
    training_data_hash: str
    git_commit: str
    recipe: JsonValue
    mlflow_run_id: str
    training_id: UUID = Field(description="its training; see `/api/v1/training-runs`")


class IssuedDecision(BaseModel):
    """The decision by which the model was the champion."""

    decision_id: UUID
    epoch: int
    outcome: Outcome
    reason: str
    decided_at: datetime


class IssuedAnswer(BaseModel):
    """A forecast as it was issued; it is never changed."""

    forecast_id: UUID
    site: str
    variable: Variable
    unit: str
    issuer: Issuer = Field(description="the champion that was served, a shadow or a reference")
    reference_time: date = Field(description="the last observed day it knew of")
    known_at: datetime = Field(description="nothing stored later was looked at")
    issued_at: datetime
    data_hash: str = Field(description="of all that was known for it")
    feature_fingerprint: str | None = None
    time: list[date]
    value: list[float]
    lower_80: list[float]
    upper_80: list[float]
    lower_95: list[float]
    upper_95: list[float]
    probability: list[float] | None = None
    model: IssuedModel | None = Field(default=None, description="none where a reference made it")
    decision: IssuedDecision | None = None


class ContenderOfTraining(BaseModel):
    """How one family fared with one variable."""

    variable: Variable
    family: Family
    training_seconds: float
    train_cutoff: date
    mlflow_run_id: str
    metrics: dict[str, JsonValue]
    candidate_id: UUID | None = Field(description="set for the winner among the families")


class TrainingRun(BaseModel):
    """A training of a site: its contenders so far."""

    training_id: UUID
    site: str
    logical_date: date
    run: int = Field(description="0 for the scheduled one of that date")
    state: JobState = Field(description="of its planning; `/api/v1/tasks/{id}` tells of the rest")
    created_at: datetime
    contenders: list[ContenderOfTraining]


class TrainingQuery(RecordQuery):
    """Which trainings."""

    limit: int = Field(default=10, ge=1, le=50, description="trainings in one answer")
    before: AwareDatetime | None = Field(default=None, description="only those begun before")


class Origins(Protocol):
    """Reads where things come from; raises `RecordUnavailable` while PostgreSQL is away."""

    def issued_forecast(self, forecast_id: UUID) -> IssuedAnswer:
        """Return an issued forecast with its provenance; raises `ForecastNotFound`."""
        ...

    def newest_forecasts(self, site_id: str) -> list[IssuedAnswer]:
        """Return what was issued last for a site, without models and decisions."""
        ...

    def training_runs(self, query: TrainingQuery) -> Sequence[TrainingRun]:
        """Return trainings, the newest first."""
        ...


def issued_answer(
    issued: IssuedForecast, model: IssuedModel | None, decision: IssuedDecision | None
) -> IssuedAnswer:
    """Return a forecast with its provenance."""
    return IssuedAnswer(
        forecast_id=issued.forecast_id,
        site=issued.site_id,
        variable=issued.variable,
        unit=VARIABLES[issued.variable].unit,
        issuer=issued.issuer,
        reference_time=issued.reference_date,
        known_at=issued.known_at,
        issued_at=issued.issued_at,
        data_hash=issued.data_hash,
        feature_fingerprint=issued.feature_fingerprint,
        time=[issued.reference_date + timedelta(days=lead) for lead in LEAD_DAYS],
        value=list(issued.value),
        lower_80=list(issued.lower_80),
        upper_80=list(issued.upper_80),
        lower_95=list(issued.lower_95),
        upper_95=list(issued.upper_95),
        probability=_optional(issued.probability),
        model=model,
        decision=decision,
    )


def _optional(values: Sequence[float] | None) -> list[float] | None:
    return None if values is None else list(values)

"""The events: CloudEvents 1.0 envelopes around frozen, typed facts.

An event says what has become true, in the past tense, and is written in the transaction that made
it true. https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal
from uuid import UUID, uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.contracts.queues import Service
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable


class EventType(StrEnum):
    """Every fact the services tell each other."""

    OBSERVATIONS_COLLECTED = "observations.collected"
    CANDIDATE_REGISTERED = "candidate.registered"
    CANDIDATE_REJECTED = "candidate.rejected"
    MODEL_PROMOTED = "model.promoted"
    MODEL_ROLLED_BACK = "model.rolled_back"
    FORECAST_ISSUED = "forecast.issued"
    FORECAST_VERIFIED = "forecast.verified"
    DRIFT_DETECTED = "drift.detected"
    RETRAINING_REQUESTED = "retraining.requested"


class EventData(BaseModel):
    """A fact about one site."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    type: ClassVar[EventType]
    source: ClassVar[Service]

    site_id: str = Field(description="the site it is about; also the envelope's `subject`")


class ObservationsCollected(EventData):
    """New or revised observations of a site were stored."""

    type = EventType.OBSERVATIONS_COLLECTED
    source = Service.COLLECTOR

    first_date: date = Field(description="first day that is new or changed")
    last_date: date = Field(description="last such day")
    days_changed: int = Field(description="days between them that are new or changed")


class CandidateRegistered(EventData):
    """The winner among the families was registered and waits for the gate."""

    type = EventType.CANDIDATE_REGISTERED
    source = Service.TRAINER

    variable: Variable
    candidate_id: UUID = Field(description="the winner")
    family: Family


class CandidateRejected(EventData):
    """The gate kept the champion, found none worth promoting, or a person declined."""

    type = EventType.CANDIDATE_REJECTED
    source = Service.REGISTRY_GATE

    variable: Variable
    candidate_id: UUID
    decision_id: UUID = Field(description="in the ledger, with every criterion's finding")
    outcome: Literal["reject", "inconclusive"] = Field(
        description="inconclusive: perhaps better, not provably so"
    )
    reason: str = Field(description="a sentence for people")


class ModelPromoted(EventData):
    """A candidate became the champion; every API process serves it from now on.

    `epoch` only grows; a consumer ignores an epoch at or below the one it has.
    """

    type = EventType.MODEL_PROMOTED
    source = Service.REGISTRY_GATE

    variable: Variable
    candidate_id: UUID = Field(description="the champion from now on")
    decision_id: UUID = Field(description="in the ledger, with every criterion's finding")
    epoch: int = Field(description="of the change of champion: the highest one counts")
    previous_candidate_id: UUID | None = Field(description="the champion until now, if any")


class ModelRolledBack(EventData):
    """An earlier champion is the champion again, under an epoch of its own, as with a promotion."""

    type = EventType.MODEL_ROLLED_BACK
    source = Service.REGISTRY_GATE

    variable: Variable
    candidate_id: UUID = Field(description="the champion from now on")
    rolled_back_candidate_id: UUID = Field(description="the champion until now")
    epoch: int = Field(description="of the change of champion: the highest one counts")
    asked_by: str = Field(description="a person, a key, or `review`")
    reason: str = Field(description="a sentence for people")


class ForecastIssued(EventData):
    """Forecasts of a site from one reference date were stored, to be verified one day.

    `forecasts` counts one a variable and issuer: the champions' that are served, and those of the
    shadows and the references.
    """

    type = EventType.FORECAST_ISSUED
    source = Service.REGISTRY_GATE

    reference_date: date = Field(description="last day that was known")
    variables: tuple[Variable, ...]
    forecasts: int = Field(description="stored, one a variable and issuer")


class ForecastVerified(EventData):
    """Forecasts for these days were scored against what was observed, or scored again."""

    type = EventType.FORECAST_VERIFIED
    source = Service.REGISTRY_GATE

    first_date: date = Field(description="first day forecasts were scored for")
    last_date: date = Field(description="last such day")
    forecasts: int = Field(description="scored, one a variable, issuer and lead")


class DriftDetected(EventData):
    """A variable, or a champion's errors, left what was usual, and stayed away from it.

    `effect_size` is the shift in standard deviations of what was usual before.
    """

    type = EventType.DRIFT_DETECTED
    source = Service.REGISTRY_GATE

    variable: Variable
    of: Literal["observations", "errors"] = Field(
        description="what has shifted: the sensor's readings, or the champion's errors"
    )
    since: date = Field(description="first of the days that were looked at")
    days: int = Field(description="so many were looked at")
    effect_size: float = Field(description="shift in standard deviations of the year before")
    reason: str = Field(description="a sentence for people")


class RetrainingRequested(EventData):
    """A site should be trained before its next turn."""

    type = EventType.RETRAINING_REQUESTED
    source = Service.REGISTRY_GATE

    variables: tuple[Variable, ...] = Field(description="whose champions gave the reason")
    asked_by: str = Field(description="`review`, or whoever asks")
    reason: str = Field(description="a sentence for people")


EVENTS: dict[EventType, type[EventData]] = {
    data.type: data
    for data in (
        ObservationsCollected,
        CandidateRegistered,
        CandidateRejected,
        ModelPromoted,
        ModelRolledBack,
        ForecastIssued,
        ForecastVerified,
        DriftDetected,
        RetrainingRequested,
    )
}


class Event(BaseModel):
    """The CloudEvents envelope; what travels and what the event log keeps."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID = Field(default_factory=uuid4)
    source: str
    specversion: Literal["1.0"] = "1.0"
    type: EventType
    time: AwareDatetime
    subject: str
    datacontenttype: Literal["application/json"] = "application/json"
    correlation_id: UUID
    data: dict[str, Any]

    @classmethod
    def of(cls, data: EventData, *, time: datetime, correlation_id: UUID) -> "Event":
        """Wrap a fact; `correlation_id` is that of the chain it belongs to."""
        return cls(
            source=f"/{data.source}",
            type=data.type,
            time=time,
            subject=f"sites/{data.site_id}",
            correlation_id=correlation_id,
            data=data.model_dump(mode="json"),
        )

    def fact(self) -> EventData:
        """Return the typed fact inside, checked against its contract."""
        return EVENTS[self.type].model_validate(self.data)

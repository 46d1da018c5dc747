"""The record as it is answered: decisions, events, contests, jobs; and the port it is read by."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal, Protocol
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from shared.adapters.data_quality.report import DataQuality
from shared.adapters.ticks import Tick
from shared.contracts.events import Event, EventType
from shared.contracts.jobs import JobKind
from shared.contracts.sites import Site
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable

Outcome = Literal["promote", "reject", "inconclusive", "propose", "roll_back"]
JobState = Literal["queued", "running", "done", "dead", "cancelled"]

#: PostgreSQL's largest bigint: no position of a log lies above it.
LARGEST_POSITION = 2**63 - 1


class RecordQuery(BaseModel):
    """Which part of a log, newest first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str | None = Field(default=None, max_length=100, description="only of this site")
    limit: int = Field(default=50, ge=1, le=200, description="entries in one answer")


class DecisionQuery(RecordQuery):
    """Which decisions."""

    variable: Variable | None = Field(default=None, description="only on this variable")
    before: AwareDatetime | None = Field(default=None, description="only those decided before")


class ReviewQuery(RecordQuery):
    """Which reviews."""

    variable: Variable | None = Field(default=None, description="only of this variable's champions")
    before: date | None = Field(default=None, description="only those of earlier days")


class EventQuery(RecordQuery):
    """Which events."""

    type: EventType | None = Field(default=None, description="only of this type")
    before: int | None = Field(
        default=None, ge=0, le=LARGEST_POSITION, description="only those before this position"
    )


class DecisionAnswer(BaseModel):
    """What the gate decided on a candidate, and why."""

    decision_id: UUID
    site: str
    variable: Variable
    candidate_id: UUID
    family: Family
    model_version: str
    champion_candidate_id: UUID | None = Field(description="the champion it was compared with")
    outcome: Outcome
    reason: str
    criteria: JsonValue = Field(description="each criterion with observed value and threshold")
    decided_at: datetime


class ReviewAnswer(BaseModel):
    """What was concluded about a champion on a day, and from what."""

    review_id: UUID
    site: str
    variable: Variable
    review_date: date = Field(description="the newest day that had been verified")
    candidate_id: UUID = Field(description="the champion")
    epoch: int
    outcome: Literal["fine", "retrain", "roll_back"]
    reason: str
    evidence: JsonValue = Field(description="how it stands against each rival, and what drifts")
    reviewed_at: datetime


class LoggedEvent(Event):
    """An event (CloudEvents 1.0) and its position in the log."""

    position: int


class ContenderAnswer(BaseModel):
    """How one family fared in the newest contest."""

    family: Family
    metrics: dict[str, JsonValue]
    training_seconds: float
    train_cutoff: date
    created_at: datetime
    mlflow_run_id: str
    candidate_id: UUID | None = Field(description="set for the winner of the contest")
    outcome: Outcome | None = Field(description="what the gate decided on the winner")


class PromotionAnswer(BaseModel):
    """One change of champion."""

    epoch: int
    kind: Literal["promote", "rollback"]
    candidate_id: UUID
    previous_candidate_id: UUID | None
    decision_id: UUID | None
    promoted_at: datetime


class ModelRecord(BaseModel):
    """What the database knows about the models of a site and variable."""

    challengers: list[ContenderAnswer]
    promotions: list[PromotionAnswer]


class JobAnswer(BaseModel):
    """A unit of work of the ledger."""

    job_id: UUID
    kind: JobKind
    site: str
    logical_date: date
    state: JobState
    attempts: int
    progress: str | None
    last_error: str | None
    not_before: datetime
    created_at: datetime
    finished_at: datetime | None


class Record(Protocol):
    """Reads the record; every method raises `RecordUnavailable` while PostgreSQL is away."""

    def decisions(self, query: DecisionQuery) -> Sequence[DecisionAnswer]:
        """Return decisions, newest first."""
        ...

    def reviews(self, query: ReviewQuery) -> Sequence[ReviewAnswer]:
        """Return reviews of whole days, newest first: at least `limit`, where there are so many."""
        ...

    def events(self, query: EventQuery) -> Sequence[LoggedEvent]:
        """Return events, newest first."""
        ...

    def model_record(self, site_id: str, variable: Variable) -> ModelRecord:
        """Return the newest contest and the promotions of a site and variable."""
        ...

    def jobs(self, site_id: str) -> Sequence[JobAnswer]:
        """Return the newest job of each kind of a site, in the order the work is done."""
        ...

    def jobs_mark(self) -> str:
        """Return what changes whenever any job begins, moves on or ends."""
        ...

    def ticks(self) -> Sequence[Tick]:
        """Return the last tick each worker answered."""
        ...

    def queue_lengths(self) -> Mapping[tuple[JobKind, JobState], int]:
        """Return how many jobs of each kind wait, are at work or have failed for good."""
        ...

    def live_skill(self) -> Mapping[tuple[str, Variable, str], float]:
        """Return by site, variable and rival what the champion saves, by the newest review."""
        ...

    def data_quality(
        self, sites: Sequence[Site], now: datetime, *, by_month: bool = False
    ) -> DataQuality:
        """Return how good the data of some sites is, if asked for also month by month."""
        ...

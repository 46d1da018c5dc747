"""What the trainer needs from outside; adapters and the tests' fakes satisfy these by structure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from shared.adapters.artifacts import Artifact
from shared.forecasting.documents import ModelDocument
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable


@dataclass(frozen=True)
class DataFacts:
    """The observations and forecasts a contender was made of, as far as a record needs them.

    Attributes
    ----------
    digest : str
        SHA-256 of all of them.
    known_at : str
        As they were known at this time (ISO 8601).
    """

    digest: str
    known_at: str
    provenance: str
    first_date: date
    last_date: date


@dataclass(frozen=True)
class RunRecord:
    """What is written down of a contender.

    Attributes
    ----------
    files : mapping of str to bytes
        Plots and the manifest, by path; the artifact is none of them.
    """

    site_id: str
    training_id: UUID
    document: ModelDocument
    artifact: Artifact
    data: DataFacts
    parameters: Mapping[str, object]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    files: Mapping[str, bytes]

    @property
    def variable(self) -> Variable:
        """The variable the contender forecasts."""
        return self.document.variable

    @property
    def family(self) -> Family:
        """The family it is of."""
        return self.document.family


@dataclass(frozen=True)
class TrainingSummary:
    """What is written down of a whole training.

    Attributes
    ----------
    metrics, tags : mapping
        Of each contest: score, share of wins, winning family.
    contests : mapping of Variable to list
        The whole ranking of each, as it is stored.
    """

    parameters: Mapping[str, object]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    contests: Mapping[Variable, object]


@dataclass(frozen=True)
class TrackedRun:
    """Where a contender's run and artifact are."""

    run_id: str
    artifact_uri: str


class Tracker(Protocol):
    """The record of experiments and the model registry. Everything may be said twice."""

    def open_training(self, site_id: str, training_id: UUID) -> str:
        """Open the run all contenders of a training belong to; return its id."""
        ...

    def record_contender(self, record: RunRecord) -> TrackedRun:
        """Write a contender down, with its artifact."""
        ...

    def register_winner(
        self, site_id: str, variable: Variable, run: TrackedRun, tags: Mapping[str, str]
    ) -> tuple[str, str]:
        """Register a contender as a version of its model; return the model's name and version."""
        ...

    def close_training(self, site_id: str, training_id: UUID, summary: TrainingSummary) -> None:
        """Write down what came of a training and mark its run as finished."""
        ...

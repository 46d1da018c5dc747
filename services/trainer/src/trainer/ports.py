"""What the trainer needs from outside; adapters and the tests' fakes satisfy these by structure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from shared.adapters.artifacts import Artifact
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable


@dataclass(frozen=True)
class RunRecord:
    """What is written down of a contender."""

    site_id: str
    training_id: UUID
    variable: Variable
    family: Family
    parameters: Mapping[str, object]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    artifact: Artifact


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

    def close_training(self, site_id: str, training_id: UUID) -> None:
        """Mark the run of a training as finished."""
        ...

"""The trainer's record of experiments as a fake that keeps what it is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from shared.forecasting.variables import Variable
from trainer.ports import RunRecord, TrackedRun


@dataclass
class FakeTracker:
    """Keeps runs and versions in memory; saying a thing twice changes nothing."""

    trainings: dict[UUID, str] = field(default_factory=dict)
    records: dict[str, RunRecord] = field(default_factory=dict)
    versions: dict[str, list[str]] = field(default_factory=dict)
    closed: set[UUID] = field(default_factory=set)

    def open_training(self, site_id: str, training_id: UUID) -> str:
        """Return the run of a training."""
        return self.trainings.setdefault(training_id, f"{site_id} {training_id}")

    def record_contender(self, record: RunRecord) -> TrackedRun:
        """Keep a contender."""
        run_id = f"{record.training_id}/{record.variable}/{record.family}"
        self.records[run_id] = record
        return TrackedRun(run_id, f"runs:/{run_id}/model")

    def register_winner(
        self, site_id: str, variable: Variable, run: TrackedRun, tags: Mapping[str, str]
    ) -> tuple[str, str]:
        """Keep a version of a model, one a run."""
        del tags
        name = f"{site_id}.{variable}"
        runs = self.versions.setdefault(name, [])
        if run.run_id not in runs:
            runs.append(run.run_id)
        return name, str(runs.index(run.run_id) + 1)

    def close_training(self, site_id: str, training_id: UUID) -> None:
        """Note that a training has ended."""
        del site_id
        self.closed.add(training_id)

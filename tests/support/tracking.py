"""The trainer's record of experiments: a fake that keeps what it is told, and a real server."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from local.ports import any_free_port
from shared.forecasting.variables import Variable
from tests.support.servers import START_TIMEOUT_SECONDS, wait_until
from trainer.ports import RunRecord, TrackedRun, TrainingSummary


@dataclass
class FakeTracker:
    """Keeps runs and versions in memory; saying a thing twice changes nothing."""

    trainings: dict[UUID, str] = field(default_factory=dict)
    records: dict[str, RunRecord] = field(default_factory=dict)
    versions: dict[str, list[str]] = field(default_factory=dict)
    closed: dict[UUID, TrainingSummary] = field(default_factory=dict)

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

    def close_training(self, site_id: str, training_id: UUID, summary: TrainingSummary) -> None:
        """Note that a training has ended, and how."""
        del site_id
        self.closed[training_id] = summary


@contextmanager
def mlflow_server(folder: Path) -> Iterator[str]:
    """Run a real MLflow server, as the native stack does, on a database of its own."""
    port = any_free_port()
    address = folder / "address"
    address.write_text(f"sqlite:///{folder}/mlflow.db", encoding="utf-8")
    environment = {
        "CLIMATE_MLFLOW_DATABASE_URL_FILE": str(address),
        "CLIMATE_MLFLOW_ARTIFACTS": str(folder / "artifacts"),
        "CLIMATE_MLFLOW_PORT": str(port),
    }
    log = folder / "mlflow.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.servers.mlflow"],
            env=os.environ | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is not None or _answers(url), what="MLflow's start")
        if process.poll() is not None:
            pytest.fail(log.read_text(encoding="utf-8"))
        yield url
    finally:
        process.terminate()
        process.wait(timeout=START_TIMEOUT_SECONDS)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2.0).is_success
    except httpx.TransportError:
        return False

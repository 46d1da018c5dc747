"""The edge to MLflow: a run a training, one in it a contender, and versions of the winners.

A run is found by its tags before one is made, so a job that is done twice leaves one run. MLflow
mirrors what happened; nothing is decided by what it says.
"""

import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, Run, RunTag
from mlflow.exceptions import MlflowException
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from shared.adapters.artifacts import DOCUMENT_FILE, ONNX_FILE
from shared.forecasting.variables import Variable
from trainer.ports import RunRecord, TrackedRun, TrainingSummary
from trainer.record.mlmodel import mlflow_files

_ARTIFACT_PATH = "model"
_TRAINING, _VARIABLE, _FAMILY, _ARTIFACT = (
    "climate.training_id",
    "climate.variable",
    "climate.family",
    "climate.artifact_sha256",
)
_NONE = "none"
_EXISTS = "RESOURCE_ALREADY_EXISTS"
_FINISHED = "FINISHED"
_LONGEST_DIGEST = 36  # characters MLflow keeps; the whole is in the profile


class MlflowTracker:
    """Writes trainings down in MLflow, an experiment a site."""

    def __init__(self, client: MlflowClient) -> None:
        self._client = client

    def open_training(self, site_id: str, training_id: UUID) -> str:
        """Open the run all contenders of a training belong to; return its id."""
        experiment = self._experiment(site_id)
        tags = {_TRAINING: str(training_id), _VARIABLE: _NONE, _FAMILY: _NONE}
        for run in self._find(experiment, tags):
            return str(run.info.run_id)
        created = self._client.create_run(experiment, tags=tags, run_name=f"training {training_id}")
        return str(created.info.run_id)

    def record_contender(self, record: RunRecord) -> TrackedRun:
        """Write a contender down; a run of the same training with another artifact is dropped."""
        experiment = self._experiment(record.site_id)
        key = {
            _TRAINING: str(record.training_id),
            _VARIABLE: record.variable.value,
            _FAMILY: record.family.value,
        }
        run = self._kept_run(experiment, key, record.artifact.sha256)
        if run is None:
            run = self._new_run(experiment, key, record)
        run_id = str(run.info.run_id)
        if run.info.status != _FINISHED:
            self._log(run_id, record)
        return TrackedRun(run_id, f"runs:/{run_id}/{_ARTIFACT_PATH}")

    def register_winner(
        self, site_id: str, variable: Variable, run: TrackedRun, tags: Mapping[str, str]
    ) -> tuple[str, str]:
        """Register a contender as a version of its model; return the model's name and version."""
        name = f"{site_id}.{variable.value}"
        try:
            self._client.create_registered_model(name)
        except MlflowException as error:
            if error.error_code != _EXISTS:
                raise
        for version in self._client.search_model_versions(f"run_id='{run.run_id}'"):
            if version.name == name:
                return name, str(version.version)
        created = self._client.create_model_version(
            name, source=run.artifact_uri, run_id=run.run_id, tags=dict(tags)
        )
        return name, str(created.version)

    def close_training(self, site_id: str, training_id: UUID, summary: TrainingSummary) -> None:
        """Write down what came of a training and mark its run as finished."""
        run_id = self.open_training(site_id, training_id)
        self._note(run_id, summary.metrics, summary.parameters, summary.tags)
        self._client.log_dict(run_id, dict(summary.contests), "contests.json")
        self._client.set_terminated(run_id)

    def _experiment(self, site_id: str) -> str:
        found = self._client.get_experiment_by_name(site_id)
        if found is not None:
            return str(found.experiment_id)
        try:
            return str(self._client.create_experiment(site_id))
        except MlflowException as error:
            if error.error_code != _EXISTS:
                raise
        return self._experiment(site_id)  # another trainer was faster

    def _find(self, experiment: str, tags: Mapping[str, str]) -> list[Run]:
        condition = " and ".join(f"tags.`{name}` = '{value}'" for name, value in tags.items())
        return list(self._client.search_runs([experiment], filter_string=condition))

    def _kept_run(self, experiment: str, key: Mapping[str, str], sha256: str) -> Run | None:
        kept = None
        for run in self._find(experiment, key):
            if run.data.tags.get(_ARTIFACT) == sha256 and kept is None:
                kept = run
            else:
                self._client.delete_run(run.info.run_id)
        return kept

    def _new_run(self, experiment: str, key: Mapping[str, str], record: RunRecord) -> Run:
        parent = self.open_training(record.site_id, record.training_id)
        tags = {
            **key,
            _ARTIFACT: record.artifact.sha256,
            MLFLOW_PARENT_RUN_ID: parent,
            "mlflow.source.name": "trainer",
        }
        name = f"{record.variable.value} {record.family.value}"
        return self._client.create_run(experiment, tags=tags, run_name=name)

    def _log(self, run_id: str, record: RunRecord) -> None:
        self._note(run_id, record.metrics, record.parameters, record.tags)
        self._client.log_inputs(run_id, [_dataset(record)])
        with tempfile.TemporaryDirectory(prefix="climate-artifact-") as folder:
            for path, content in _files(run_id, record).items():
                file = Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            self._client.log_artifacts(run_id, folder)
        self._client.set_terminated(run_id)

    def _note(
        self,
        run_id: str,
        metrics: Mapping[str, float],
        parameters: Mapping[str, object],
        tags: Mapping[str, str],
    ) -> None:
        now = int(time.time() * 1000)
        self._client.log_batch(
            run_id,
            metrics=[Metric(name, value, now, 0) for name, value in metrics.items()],
            params=[Param(name, str(value)) for name, value in parameters.items()],
            tags=[RunTag(name, value) for name, value in tags.items()],
        )


def _files(run_id: str, record: RunRecord) -> dict[str, bytes]:
    """Return all files of a run by path: the model's folder, and what is said of it."""
    model = {
        ONNX_FILE: record.artifact.onnx,
        DOCUMENT_FILE: record.artifact.document,
        **mlflow_files(record.document, run_id),
    }
    files = {f"{_ARTIFACT_PATH}/{name}": content for name, content in model.items()}
    return files | dict(record.files)


def _dataset(record: RunRecord) -> DatasetInput:
    data = record.data
    profile = {"first_date": data.first_date.isoformat(), "last_date": data.last_date.isoformat()}
    dataset = Dataset(
        name=f"{record.site_id} {data.provenance}",
        digest=data.digest[:_LONGEST_DIGEST],
        source_type="climate",
        source=json.dumps({"site_id": record.site_id, "known_at": data.known_at}),
        schema=json.dumps({"inputs": record.document.specification.inputs}),
        profile=json.dumps(profile | {"sha256": data.digest}),
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])

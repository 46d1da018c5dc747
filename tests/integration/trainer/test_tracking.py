"""MLflow's record of a training, on a real server: what a visitor of its pages finds there."""

import importlib
import json
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import mlflow.artifacts
import numpy as np
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from shared.adapters.artifacts import Artifact, ArtifactStore, prepare_mlflow_client
from shared.forecasting.variables import Variable
from tests.support.database import SITE_ID
from tests.support.models import make_cases, make_document
from tests.support.tracking import mlflow_server
from tests.support.weather import made_up_history
from trainer.ports import DataFacts, RunRecord, TrainingSummary
from trainer.record.plots import plots_of
from trainer.record.tracking import MlflowTracker

HISTORY = made_up_history(days=500)
MAXIMUM = Variable.TEMPERATURE_MAX
DOCUMENT, ONNX = make_document(HISTORY, MAXIMUM, constant=0.5)
ARTIFACT = Artifact(DOCUMENT.to_json().encode(), ONNX)
RECORD = RunRecord(
    site_id=SITE_ID,
    training_id=uuid4(),
    document=DOCUMENT,
    artifact=ARTIFACT,
    data=DataFacts(
        digest=HISTORY.content_hash(),
        known_at="2026-11-23T06:00:00+00:00",
        provenance="simulated",
        first_date=HISTORY.first_date,
        last_date=date(2026, 11, 22),
    ),
    parameters={"first_alpha": 50.0},
    metrics={"rmse": 2.5, "rmse_lead_1": 1.5},
    tags={"climate.git_commit": "test"},
    files={
        "manifest.json": b"{}",
        **plots_of(MAXIMUM, make_cases(HISTORY, MAXIMUM, days=100), {"own_lag_0": 1.0}),
    },
)
SUMMARY = TrainingSummary(
    parameters={"weight_rmse": 0.6},
    metrics={"score_temperature_2m_max": 0.7},
    tags={"climate.winner.temperature_2m_max": "linear-regression (version 1)"},
    contests={MAXIMUM: [{"family": "linear-regression", "score": 0.7, "wins": 1.0}]},
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowClient]:
    """Make a client of a server of this module's own."""
    prepare_mlflow_client()
    with mlflow_server(tmp_path_factory.mktemp("mlflow")) as url:
        yield MlflowClient(tracking_uri=url)


@pytest.fixture
def record() -> RunRecord:
    """Return the record of a training of this test's own."""
    return replace(RECORD, training_id=uuid4())


def runs_of(client: MlflowClient, record: RunRecord) -> list[Run]:
    """Return all runs of a training, that of the training itself among them."""
    experiment = client.get_experiment_by_name(record.site_id)
    assert experiment is not None
    condition = f"tags.`climate.training_id` = '{record.training_id}'"
    return list(client.search_runs([experiment.experiment_id], condition))


def test_contender_is_a_run_in_the_run_of_its_training(
    client: MlflowClient, record: RunRecord
) -> None:
    tracker = MlflowTracker(client)
    parent = tracker.open_training(SITE_ID, record.training_id)
    run = client.get_run(tracker.record_contender(record).run_id)
    assert run.info.status == "FINISHED"
    assert run.data.tags["mlflow.parentRunId"] == parent
    assert run.data.tags["climate.git_commit"] == "test"
    assert run.data.params == {"first_alpha": "50.0"}
    assert run.data.metrics == {"rmse": 2.5, "rmse_lead_1": 1.5}


def test_data_of_a_contender_are_named_by_their_digest(
    client: MlflowClient, record: RunRecord
) -> None:
    run = client.get_run(MlflowTracker(client).record_contender(record).run_id)
    (used,) = run.inputs.dataset_inputs
    assert used.dataset.name == f"{SITE_ID} simulated"
    assert used.dataset.digest == HISTORY.content_hash()[:36]
    assert json.loads(used.dataset.profile)["sha256"] == HISTORY.content_hash()
    assert json.loads(used.dataset.source)["known_at"] == record.data.known_at
    assert {tag.key: tag.value for tag in used.tags} == {"mlflow.data.context": "training"}


def test_plots_and_manifest_are_beside_the_model(
    client: MlflowClient, record: RunRecord, tmp_path: Path
) -> None:
    run_id = MlflowTracker(client).record_contender(record).run_id
    assert {file.path for file in client.list_artifacts(run_id)} == {
        "model",
        "manifest.json",
        "skill_by_lead.svg",
        "residuals.svg",
        "feature_importance.svg",
    }
    plot = Path(client.download_artifacts(run_id, "skill_by_lead.svg", str(tmp_path)))
    assert "against damped persistence" in plot.read_text(encoding="utf-8")


def test_model_is_one_to_mlflow_with_signature_and_example(
    client: MlflowClient, record: RunRecord, tmp_path: Path
) -> None:
    tracked = MlflowTracker(client).record_contender(record)
    folder = mlflow.artifacts.download_artifacts(
        artifact_uri=tracked.artifact_uri, dst_path=str(tmp_path), tracking_uri=client.tracking_uri
    )
    with warnings.catch_warnings():  # of MLflow's own about its own
        warnings.simplefilter("ignore")
        pyfunc = importlib.import_module("mlflow.pyfunc")
        model = pyfunc.load_model(folder)
    signature = model.metadata.signature
    assert signature.inputs.inputs[0].shape == (-1, len(DOCUMENT.feature_names))
    assert signature.outputs.inputs[0].shape == (-1, 7)
    example = {name: table.astype(np.float32) for name, table in model.input_example.items()}
    np.testing.assert_array_equal(example["features"], DOCUMENT.smoke_test.features)
    (answers,) = model.predict(example).values()
    np.testing.assert_allclose(answers, np.array(DOCUMENT.smoke_test.outputs), rtol=1e-6)


def test_artifact_is_found_where_the_record_says(
    client: MlflowClient, record: RunRecord, tmp_path: Path
) -> None:
    tracked = MlflowTracker(client).record_contender(record)
    store = ArtifactStore(client.tracking_uri, tmp_path)
    assert store.load(tracked.artifact_uri, ARTIFACT.sha256) == ARTIFACT


def test_what_is_said_twice_is_one_run(client: MlflowClient, record: RunRecord) -> None:
    tracker = MlflowTracker(client)
    assert tracker.record_contender(record) == tracker.record_contender(record)
    assert len(runs_of(client, record)) == 2  # the training and its contender


def test_run_of_an_attempt_that_came_to_something_else_is_dropped(
    client: MlflowClient, record: RunRecord
) -> None:
    tracker = MlflowTracker(client)
    first = tracker.record_contender(record)
    other = Artifact(ARTIFACT.document + b"\n", ARTIFACT.onnx)
    second = tracker.record_contender(
        replace(record, artifact=other, parameters={"first_alpha": 60.0})
    )
    assert first != second
    assert {run.info.run_id for run in runs_of(client, record)} == {
        tracker.open_training(SITE_ID, record.training_id),
        second.run_id,
    }


def test_interrupted_run_is_completed(client: MlflowClient, record: RunRecord) -> None:
    tracker = MlflowTracker(client)
    run = tracker.record_contender(record)
    client.set_terminated(run.run_id, status="RUNNING")
    assert tracker.record_contender(record) == run
    assert client.get_run(run.run_id).info.status == "FINISHED"


def test_winner_becomes_one_version_of_its_model(client: MlflowClient, record: RunRecord) -> None:
    tracker = MlflowTracker(client)
    run = tracker.record_contender(record)
    tags = {"climate.family": "linear-regression"}
    name, version = tracker.register_winner(SITE_ID, MAXIMUM, run, tags)
    assert (name, version) == tracker.register_winner(SITE_ID, MAXIMUM, run, tags)
    assert name == "marrakech.temperature_2m_max"
    found = client.get_model_version(name, version)
    assert found.run_id == run.run_id
    assert found.tags == tags


def test_training_is_closed_with_what_came_of_it(
    client: MlflowClient, record: RunRecord, tmp_path: Path
) -> None:
    tracker = MlflowTracker(client)
    run_id = tracker.open_training(SITE_ID, record.training_id)
    for _ in range(2):  # everything may be said twice
        tracker.close_training(SITE_ID, record.training_id, SUMMARY)
    run = client.get_run(run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics == SUMMARY.metrics
    assert run.data.params == {"weight_rmse": "0.6"}
    assert run.data.tags["climate.winner.temperature_2m_max"].startswith("linear-regression")
    ranking = Path(client.download_artifacts(run_id, "contests.json", str(tmp_path)))
    assert json.loads(ranking.read_text(encoding="utf-8")) == dict(SUMMARY.contests)


def test_folder_of_a_model_holds_nothing_that_could_run(
    client: MlflowClient, record: RunRecord
) -> None:
    tracked = MlflowTracker(client).record_contender(record)
    files = mlflow.artifacts.list_artifacts(
        artifact_uri=tracked.artifact_uri, tracking_uri=client.tracking_uri
    )
    assert {file.path for file in files} == {
        "model/model.json",
        "model/model.onnx",
        "model/MLmodel",
        "model/input_example.json",
    }

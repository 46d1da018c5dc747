"""MLflow's record of a training, in a store of its own without a server."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import mlflow.artifacts
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from shared.adapters.artifacts import Artifact, ArtifactStore
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable
from tests.support.database import SITE_ID
from tests.support.models import make_artifact
from tests.support.weather import made_up_history
from trainer.ports import RunRecord
from trainer.record.tracking import MlflowTracker

# MLflow's own store asks SQLAlchemy 2.1 for a loading strategy it is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")

ARTIFACT = make_artifact(made_up_history(days=500), Variable.TEMPERATURE_MAX)
RECORD = RunRecord(
    site_id=SITE_ID,
    training_id=uuid4(),
    variable=Variable.TEMPERATURE_MAX,
    family=Family.LINEAR_REGRESSION,
    parameters={"first_alpha": 50.0},
    metrics={"rmse": 2.5, "rmse_lead_1": 1.5},
    tags={"climate.git_commit": "test"},
    artifact=ARTIFACT,
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowClient]:
    """Make a client of a store in a folder."""
    folder = tmp_path_factory.mktemp("mlflow")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)  # where this store keeps its artifacts
        yield MlflowClient(tracking_uri=f"sqlite:///{folder}/mlflow.db")


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
    name, version = tracker.register_winner(SITE_ID, Variable.TEMPERATURE_MAX, run, tags)
    assert (name, version) == tracker.register_winner(SITE_ID, Variable.TEMPERATURE_MAX, run, tags)
    assert name == "marrakech.temperature_2m_max"
    found = client.get_model_version(name, version)
    assert found.run_id == run.run_id
    assert found.tags == tags


def test_training_is_closed(client: MlflowClient, record: RunRecord) -> None:
    tracker = MlflowTracker(client)
    run_id = tracker.open_training(SITE_ID, record.training_id)
    tracker.close_training(SITE_ID, record.training_id)
    assert client.get_run(run_id).info.status == "FINISHED"


def test_artifact_of_a_run_holds_two_files_and_nothing_else(
    client: MlflowClient, record: RunRecord
) -> None:
    tracked = MlflowTracker(client).record_contender(record)
    files = mlflow.artifacts.list_artifacts(
        artifact_uri=tracked.artifact_uri, tracking_uri=client.tracking_uri
    )
    assert {file.path for file in files} == {"model/model.json", "model/model.onnx"}

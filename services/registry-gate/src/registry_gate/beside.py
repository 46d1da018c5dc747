"""What a process beside the worker needs to judge as the worker does.

It needs neither Celery nor MLflow's client, so it is not part of the worker's composition root.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from registry_gate.ports import Artifacts
from registry_gate.settings import GateSettings
from registry_gate.terms import Thresholds
from shared.adapters.artifacts import ArtifactStore, prepare_mlflow_client
from shared.adapters.database import SessionFactory, make_engine, make_session_factory
from shared.settings import load


@dataclass(frozen=True)
class GateParts:
    """The gate's record, artifacts and thresholds, as its settings name them."""

    sessions: SessionFactory
    artifacts: Artifacts
    thresholds: Thresholds


@contextmanager
def beside_the_worker() -> Iterator[GateParts]:
    """Open the gate's parts by its settings, for as long as they are needed."""
    settings = load(GateSettings)
    prepare_mlflow_client(settings.mlflow_token)
    artifacts = ArtifactStore(settings.mlflow_url, settings.artifact_cache)
    engine = make_engine(settings.database_url.get_secret_value(), pool_size=1)
    try:
        yield GateParts(make_session_factory(engine), artifacts, settings.thresholds)
    finally:
        engine.dispose()

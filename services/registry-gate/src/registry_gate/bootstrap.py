"""The gate's composition root: settings in, use cases out."""

import functools
from dataclasses import dataclass

from celery import Celery
from mlflow import MlflowClient

from registry_gate.decide import Gate, plan_due_decisions
from registry_gate.mirror import mirror_promotions
from registry_gate.ports import Registry
from registry_gate.settings import GateSettings
from shared.adapters.artifacts import ArtifactStore, prepare_mlflow_client
from shared.adapters.worker import Worker, make_worker
from shared.contracts.queues import Service
from shared.settings import load


@dataclass(frozen=True)
class RegistryGate:
    """The assembled service."""

    worker: Worker
    gate: Gate
    registry: Registry

    def tick(self) -> None:
        """Plan and send what is due, relay the outbox, bring MLflow's aliases in line."""
        self.worker.tick(plan_due_decisions)
        mirror_promotions(self.worker.sessions, self.registry)

    def decide(self, job_id: str) -> str:
        """Do a gate job."""
        outcome = self.worker.run(job_id, self.gate.decide)
        mirror_promotions(self.worker.sessions, self.registry)
        return outcome


@functools.cache
def bootstrap(app: Celery) -> RegistryGate:
    """Assemble the service once a process."""
    settings = load(GateSettings)
    prepare_mlflow_client(settings.mlflow_token)
    worker = make_worker(
        Service.REGISTRY_GATE,
        app,
        database_url=settings.database_url.get_secret_value(),
        redis_url=settings.redis_url.get_secret_value(),
    )
    artifacts = ArtifactStore(settings.mlflow_url, settings.artifact_cache)
    gate = Gate(worker.sessions, artifacts, settings.thresholds)
    return RegistryGate(worker, gate, MlflowClient(tracking_uri=settings.mlflow_url))

"""The gate's composition root: settings in, use cases out."""

import functools
from dataclasses import dataclass

from celery import Celery
from mlflow import MlflowClient
from sqlalchemy.orm import Session

from registry_gate.approval import conclude_as_asked
from registry_gate.decide import Gate, plan_due_decisions
from registry_gate.issuing.issue import Issuing
from registry_gate.issuing.models import LoadedModels
from registry_gate.issuing.planning import plan_due_issues
from registry_gate.mirror import mirror_promotions
from registry_gate.ports import Registry
from registry_gate.review.review import Reviewer
from registry_gate.rollback import roll_back_as_asked
from registry_gate.settings import GateSettings
from registry_gate.verification.planning import plan_due_verifications
from registry_gate.verification.verify import Verifier
from shared.adapters.artifacts import ArtifactStore, prepare_mlflow_client
from shared.adapters.runner import Work
from shared.adapters.worker import Worker, make_worker
from shared.contracts.queues import Service
from shared.settings import load


@dataclass(frozen=True)
class RegistryGate:
    """The assembled service."""

    worker: Worker
    gate: Gate
    registry: Registry
    issuing: Issuing
    verifier: Verifier
    reviewer: Reviewer

    def tick(self) -> None:
        """Plan and send what is due, relay the outbox, bring MLflow's aliases in line."""
        self.worker.tick(_plan)
        mirror_promotions(self.worker.sessions, self.registry)

    def decide(self, job_id: str) -> str:
        """Do a gate job."""
        return self._run_and_mirror(job_id, self.gate.decide)

    def approve(self, job_id: str) -> str:
        """Do an approve job."""
        return self._run_and_mirror(job_id, conclude_as_asked)

    def roll_back(self, job_id: str) -> str:
        """Do a roll-back job."""
        return self._run_and_mirror(job_id, roll_back_as_asked)

    def issue(self, job_id: str) -> str:
        """Do an issue job."""
        return self.worker.run(job_id, self.issuing.issue)

    def verify(self, job_ids: list[str]) -> dict[str, int]:
        """Do verify jobs, together."""
        return self.worker.run_together(job_ids, self.verifier.verify)

    def review(self, job_id: str) -> str:
        """Do a review job."""
        return self._run_and_mirror(job_id, self.reviewer.review)

    def _run_and_mirror(self, job_id: str, work: Work) -> str:
        outcome = self.worker.run(job_id, work)
        mirror_promotions(self.worker.sessions, self.registry)
        return outcome


def _plan(session: Session) -> None:
    plan_due_decisions(session)
    plan_due_issues(session)
    plan_due_verifications(session)


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
    gate = Gate(worker.sessions, artifacts, settings.thresholds, settings.gate_approval)
    return RegistryGate(
        worker,
        gate,
        MlflowClient(tracking_uri=settings.mlflow_url),
        Issuing(worker.sessions, LoadedModels(artifacts), challengers=settings.gate_challengers),
        Verifier(worker.sessions),
        Reviewer(worker.sessions, settings.gate_rollback_cool_down),
    )

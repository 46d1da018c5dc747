"""Trainings as the database has them after the trainer: contenders, winners, their cases."""

import functools
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shared.adapters.artifacts import Artifact
from shared.adapters.ledger import plan_job
from shared.adapters.tables import candidates, contenders
from shared.contracts.jobs import JobKind
from shared.errors import ArtifactRefused
from shared.forecasting.cases import PairedCases
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable
from tests.support.database import SITE_ID
from tests.support.models import make_document
from tests.support.weather import made_up_history


@dataclass
class FakeArtifacts:
    """Artifacts kept in memory by digest, as the store gives them."""

    by_digest: dict[str, Artifact] = field(default_factory=dict)
    is_away: bool = False

    def add(self, artifact: Artifact) -> str:
        """Keep an artifact and return its digest."""
        self.by_digest[artifact.sha256] = artifact
        return artifact.sha256

    def load(self, uri: str, sha256: str) -> Artifact:
        """Return the artifact of this digest."""
        if self.is_away:
            raise ConnectionError("The registry does not answer.")
        if sha256 not in self.by_digest:
            message = f"There is no artifact {sha256} at {uri}."
            raise ArtifactRefused(message)
        return self.by_digest[sha256]


def add_training(session: Session, *, logical_date: date, run: int = 0) -> UUID:
    """Add a training job of the default site and return its id."""
    training_id = plan_job(
        session, kind=JobKind.TRAIN, site_id=SITE_ID, logical_date=logical_date, run=run
    )
    assert training_id is not None
    return training_id


def add_candidate(  # noqa: PLR0913 - a row, all by keyword
    session: Session,
    *,
    training_id: UUID,
    variable: Variable,
    artifact_sha256: str,
    cases: PairedCases,
    train_cutoff: date,
    champion: UUID | None = None,
    champion_cases: PairedCases | None = None,
    feature_fingerprint: str | None = None,
) -> UUID:
    """Add the winner of a contest, its contender and, if there is one, the champion's cases."""
    contender_id: UUID = session.execute(
        insert(contenders)
        .values(
            _contender(training_id, variable)
            | {
                "metrics": cases.metrics() | {"completeness": 1.0},
                "train_cutoff": train_cutoff,
                "feature_fingerprint": feature_fingerprint or _fingerprint(variable),
                "artifact_sha256": artifact_sha256,
                "cases": cases.to_npz(),
                "champion_candidate_id": champion,
                "champion_cases": champion_cases.to_npz() if champion_cases else None,
            }
        )
        .returning(contenders.c.contender_id)
    ).scalar_one()
    candidate_id: UUID = session.execute(
        insert(candidates)
        .values(
            contender_id=contender_id,
            training_id=training_id,
            site_id=SITE_ID,
            variable=variable,
            family=Family.LINEAR_REGRESSION,
            score=0.5,
            contest={},
            mlflow_model=f"{SITE_ID}.{variable}",
            mlflow_version=str(train_cutoff.toordinal()),
        )
        .returning(candidates.c.candidate_id)
    ).scalar_one()
    return candidate_id


def _contender(training_id: UUID, variable: Variable) -> dict[str, Any]:
    run_id = uuid4().hex
    return {
        "job_id": training_id,
        "training_id": training_id,
        "site_id": SITE_ID,
        "variable": variable,
        "family": Family.LINEAR_REGRESSION,
        "recipe": {},
        "training_seconds": 1.0,
        "data_hash": "0" * 64,
        "git_commit": "test",
        "mlflow_run_id": run_id,
        "artifact_uri": f"runs:/{run_id}/model",
    }


@functools.cache
def _fingerprint(variable: Variable) -> str:
    """Return the fingerprint of the artifacts that are made of made-up weather."""
    document, _ = make_document(made_up_history(), variable)
    return document.feature_fingerprint

"""A database as the other services leave it: observations, trainings, decisions, promotions."""

import shutil
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shared.adapters.artifacts import DOCUMENT_FILE, ONNX_FILE, Artifact
from shared.adapters.database import SessionFactory
from shared.adapters.outbox import record_event
from shared.adapters.tables import decisions, promotions
from shared.contracts.events import Event, ModelPromoted, ModelRolledBack
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.support.database import SITE_ID, store_history
from tests.support.models import make_artifact, make_cases
from tests.support.trainings import add_candidate, add_training
from tests.support.weather import made_up_history

VARIABLE = Variable.TEMPERATURE_MAX
FIRST_TRAINING = date(2020, 1, 5)


class House:
    """What collector, trainer and gate have written, and the cache of artifacts they filled."""

    def __init__(self, sessions: SessionFactory, cache: Path) -> None:
        self.sessions = sessions
        self.history = made_up_history(days=500)
        self._cases = make_cases(self.history, VARIABLE)
        self._cache = cache
        self._trainings = 0

    def observe(self, history: DailyHistory | None = None) -> None:
        """Store observations of the default site."""
        with self.sessions.begin() as session:
            store_history(session, history or self.history)

    def promote(self, *, constant: float = 0.0, variable: Variable = VARIABLE) -> Event:
        """Train, decide and promote a model that adds a constant; return the event of it."""
        artifact = make_artifact(self.history, variable, constant=constant)
        return self.promote_artifact(artifact, variable)

    def promote_artifact(self, artifact: Artifact, variable: Variable = VARIABLE) -> Event:
        """Decide for and promote a model that was made elsewhere; return the event of it."""
        self._keep(artifact)
        self._trainings += 1
        with self.sessions.begin() as session:
            day = FIRST_TRAINING + timedelta(weeks=self._trainings)
            training_id = add_training(session, logical_date=day)
            candidate_id = add_candidate(
                session,
                training_id=training_id,
                variable=variable,
                artifact_sha256=artifact.sha256,
                cases=self._cases,
                train_cutoff=self.history.last_date,
            )
            about = {"site_id": SITE_ID, "variable": variable, "candidate_id": candidate_id}
            decision_id = self._decide(session, training_id, about)
            epoch = session.execute(
                insert(promotions)
                .values(about | {"kind": "promote", "decision_id": decision_id})
                .returning(promotions.c.epoch)
            ).scalar_one()
            fact = ModelPromoted.model_validate(
                about | {"decision_id": decision_id, "epoch": epoch, "previous_candidate_id": None}
            )
            return record_event(session, fact, correlation_id=training_id)

    def roll_back(self, to: Event, of: Event, *, variable: Variable = VARIABLE) -> Event:
        """Make the candidate of an earlier event the champion again; return the event of it."""
        back, gone = (UUID(str(event.data["candidate_id"])) for event in (to, of))
        about = {"site_id": SITE_ID, "variable": variable, "candidate_id": back}
        with self.sessions.begin() as session:
            epoch = session.execute(
                insert(promotions)
                .values(about | {"kind": "rollback", "previous_candidate_id": gone})
                .returning(promotions.c.epoch)
            ).scalar_one()
            fact = ModelRolledBack.model_validate(
                about
                | {"rolled_back_candidate_id": gone, "epoch": epoch}
                | {"asked_by": "a test", "reason": "To see it served again."}
            )
            return record_event(session, fact, correlation_id=of.correlation_id)

    def _decide(self, session: Session, job_id: UUID, about: dict[str, object]) -> UUID:
        reason = f"Promotion {self._trainings} of a test."
        decided = {"job_id": job_id, "outcome": "promote", "reason": reason, "criteria": []}
        statement = insert(decisions).values(about | decided).returning(decisions.c.decision_id)
        decision_id: UUID = session.execute(statement).scalar_one()
        return decision_id

    def forget_artifacts(self) -> None:
        """Empty the cache: whatever is promoted now would have to be downloaded."""
        shutil.rmtree(self._cache)

    def _keep(self, artifact: Artifact) -> None:
        """Put an artifact where the API's cache keeps what it has downloaded."""
        folder = self._cache / artifact.sha256
        folder.mkdir(parents=True, exist_ok=True)
        (folder / DOCUMENT_FILE).write_bytes(artifact.document)
        (folder / ONNX_FILE).write_bytes(artifact.onnx)

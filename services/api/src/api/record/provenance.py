"""Issued forecasts with all they come from, and trainings, read from PostgreSQL."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.answers.problems import ForecastNotFound, RecordUnavailable
from api.answers.provenance import (
    ContenderOfTraining,
    IssuedAnswer,
    IssuedDecision,
    IssuedModel,
    TrainingQuery,
    TrainingRun,
    issued_answer,
)
from api.serving.state import Link
from shared.adapters.database import SessionFactory
from shared.adapters.tables import candidates, contenders, decisions, jobs, promotions
from shared.adapters.verification.issued import forecasts_from, issued_forecast
from shared.adapters.verification_tables import forecasts
from shared.contracts.jobs import JobKind

T = TypeVar("T")


class PostgresOrigins:
    """Reads each answer in a transaction of its own.

    Parameters
    ----------
    database : Link
        What is known of the database: while it is away, that is said at once.
    """

    def __init__(self, sessions: SessionFactory, database: Link) -> None:
        self._sessions = sessions
        self._database = database

    def issued_forecast(self, forecast_id: UUID) -> IssuedAnswer:
        """Return an issued forecast with its provenance."""
        return self._read(lambda session: _read_forecast(session, forecast_id))

    def newest_forecasts(self, site_id: str) -> list[IssuedAnswer]:
        """Return what was issued last for a site."""
        return self._read(lambda session: _read_newest_forecasts(session, site_id))

    def training_runs(self, query: TrainingQuery) -> Sequence[TrainingRun]:
        """Return trainings, the newest first."""
        return self._read(lambda session: _read_trainings(session, query))

    def _read(self, read: Callable[[Session], T]) -> T:
        if self._database.error is not None:
            raise RecordUnavailable
        try:
            with self._sessions() as session:
                return read(session)
        except SQLAlchemyError as error:
            raise RecordUnavailable from error


def _read_forecast(session: Session, forecast_id: UUID) -> IssuedAnswer:
    """Return an issued forecast, its model and the decision that made it the champion."""
    issued = issued_forecast(session, forecast_id)
    if issued is None:
        raise ForecastNotFound(f"No forecast was issued as {forecast_id}.")
    model = decision = None
    if issued.candidate_id is not None:
        row = session.execute(_model(issued.candidate_id)).mappings().one()
        model = IssuedModel.model_validate(dict(row))
    if issued.epoch is not None:
        found = session.execute(_decision(issued.epoch)).mappings().one_or_none()
        decision = IssuedDecision.model_validate(dict(found)) if found else None
    return issued_answer(issued, model, decision)


def _read_newest_forecasts(session: Session, site_id: str) -> list[IssuedAnswer]:
    """Return what was issued last for a site, by everyone, without models and decisions."""
    newest = select(func.max(forecasts.c.reference_date)).where(forecasts.c.site_id == site_id)
    reference_date = session.execute(newest).scalar_one()
    if reference_date is None:
        return []
    return [
        issued_answer(issued, None, None)
        for issued in forecasts_from(session, site_id, reference_date)
    ]


def _read_trainings(session: Session, query: TrainingQuery) -> Sequence[TrainingRun]:
    """Return trainings, the newest first."""
    runs = session.execute(_trainings(query)).mappings().all()
    of_run: dict[UUID, list[ContenderOfTraining]] = {run["job_id"]: [] for run in runs}
    for row in session.execute(_contenders(list(of_run))).mappings():
        of_run[row["training_id"]].append(ContenderOfTraining.model_validate(dict(row)))
    return [
        TrainingRun.model_validate(
            {
                **run,
                "training_id": run["job_id"],
                "site": run["site_id"],
                "contenders": of_run[run["job_id"]],
            }
        )
        for run in runs
    ]


def _model(candidate_id: UUID) -> Select[Any]:
    return (
        select(
            candidates.c.candidate_id,
            candidates.c.family,
            candidates.c.mlflow_version.label("model_version"),
            contenders.c.artifact_uri,
            contenders.c.artifact_sha256,
            contenders.c.train_cutoff,
            contenders.c.data_hash.label("training_data_hash"),
            contenders.c.git_commit,
            contenders.c.recipe,
            contenders.c.mlflow_run_id,
            contenders.c.training_id,
        )
        .join(contenders, candidates.c.contender_id == contenders.c.contender_id)
        .where(candidates.c.candidate_id == candidate_id)
    )


def _decision(epoch: int) -> Select[Any]:
    return (
        select(
            decisions.c.decision_id,
            promotions.c.epoch,
            decisions.c.outcome,
            decisions.c.reason,
            decisions.c.decided_at,
        )
        .join(promotions, promotions.c.decision_id == decisions.c.decision_id)
        .where(promotions.c.epoch == epoch)
    )


def _trainings(query: TrainingQuery) -> Select[Any]:
    statement = (
        select(jobs)
        .where(jobs.c.kind == JobKind.TRAIN)
        .order_by(jobs.c.created_at.desc())
        .limit(query.limit)
    )
    if query.site is not None:
        statement = statement.where(jobs.c.site_id == query.site)
    if query.before is not None:
        statement = statement.where(jobs.c.created_at < query.before)
    return statement


def _contenders(training_ids: list[UUID]) -> Select[Any]:
    return (
        select(contenders, candidates.c.candidate_id)
        .outerjoin(candidates, candidates.c.contender_id == contenders.c.contender_id)
        .where(contenders.c.training_id.in_(training_ids))
        .order_by(contenders.c.training_id, contenders.c.variable, contenders.c.family)
    )

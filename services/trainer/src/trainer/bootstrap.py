"""The trainer's composition root: settings in, use cases out."""

import functools
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from celery import Celery
from mlflow import MlflowClient
from sqlalchemy.orm import Session

from shared.adapters.artifacts import prepare_mlflow_client
from shared.adapters.worker import Worker, make_worker
from shared.contracts.queues import Service
from shared.settings import load
from trainer.contest import Contest
from trainer.fitting import FamilyFitter
from trainer.inputs import InputsLoader
from trainer.planning import (
    HANDLERS,
    plan_due_trainings,
    plan_help,
    plan_ready_selections,
)
from trainer.record.tracking import MlflowTracker
from trainer.settings import TrainerSettings
from trainer.time_limit import time_limit
from trainer.training import TrainingStarter
from trainer.tuning import Budget, Tuner, open_postgres_storage


@dataclass(frozen=True)
class Trainer:
    """The assembled service."""

    worker: Worker
    starter: TrainingStarter
    fitter: FamilyFitter
    contest: Contest
    retrain_every: timedelta
    longest_fit: timedelta

    def tick(self) -> None:
        """Plan and send what is due."""
        self.worker.tick(self._plan)

    def start(self, job_id: str) -> str:
        """Do a train job."""
        return self.worker.run(job_id, self.starter.start)

    def fit(self, job_id: str) -> str:
        """Do a fit job."""
        with time_limit(self.longest_fit):
            return self.worker.run(job_id, self.fitter.fit)

    def help_tuning(self, job_id: str) -> str:
        """Do a tune job."""
        with time_limit(self.longest_fit):
            return self.worker.run(job_id, self.fitter.help_tuning)

    def select(self, job_id: str) -> str:
        """Do a select job."""
        return self.worker.run(job_id, self.contest.select)

    def _plan(self, session: Session) -> None:
        plan_due_trainings(session, retrain_every=self.retrain_every)
        plan_ready_selections(session)


@functools.cache
def bootstrap(app: Celery) -> Trainer:
    """Assemble the service once a process."""
    settings = load(TrainerSettings)
    prepare_mlflow_client(settings.mlflow_token)
    worker = make_worker(
        Service.TRAINER,
        app,
        database_url=settings.database_url.get_secret_value(),
        redis_url=settings.redis_url.get_secret_value(),
        handlers=HANDLERS,
    )
    tracker = MlflowTracker(MlflowClient(tracking_uri=settings.mlflow_url))
    tuner = make_tuner(settings)
    fitter = FamilyFitter(
        worker.sessions,
        InputsLoader(worker.sessions, settings.trainer_longest_history),
        tracker,
        tuner,
        seed=settings.trainer_seed,
        git_commit=settings.git_commit or git_commit(),
        ask_for_help=lambda job: worker.tick(lambda session: plan_help(session, job)),
    )
    contest = Contest(
        worker.sessions,
        tracker,
        settings.weights,
        seed=settings.trainer_seed,
        remove_studies=lambda today: tuner.remove_studies(today - settings.trainer_keep_studies),
    )
    return Trainer(
        worker,
        TrainingStarter(worker.sessions, tracker),
        fitter,
        contest,
        settings.trainer_retrain_every,
        settings.trainer_longest_fit,
    )


def make_tuner(settings: TrainerSettings) -> Tuner:
    """Return the tuner on the studies' own database."""
    return Tuner(
        lambda: open_postgres_storage(settings.optuna_url.get_secret_value()),
        Budget(settings.trainer_trials, settings.trainer_tuning_seconds),
        seed=settings.trainer_seed,
    )


def git_commit() -> str:
    """Return the commit of this code, or `unknown` where it is in no repository."""
    try:
        answer = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607 - whichever git there is may answer
            capture_output=True,
            check=True,
            cwd=Path(__file__).parent,  # the process may have been started in another repository
            text=True,
            timeout=5,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return answer.stdout.strip()

"""Fitting a family: a contender for every variable the site has enough of."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from shared.adapters.database import SessionFactory
from shared.adapters.ledger import Job
from shared.adapters.observations import last_observed_date, load_history
from shared.adapters.runner import Effect
from shared.contracts.jobs import FIT_KINDS
from shared.errors import ArtifactRefused, ClimateError, NotEnoughData
from shared.forecasting.families import Family
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import FORECAST_VARIABLES
from trainer.modelling.contender import Contender, Objective, Task, Workshop
from trainer.modelling.families import FAMILIES, Hyperparameters
from trainer.modelling.tuning import OptunaTuner
from trainer.planning import plan_ready_selections
from trainer.ports import RunRecord, Tracker
from trainer.record.store import (
    ChampionCases,
    ChampionRecipe,
    FittedContender,
    add_contender,
    champion_recipes,
)

log = structlog.get_logger()


@dataclass(frozen=True)
class FamilyFitter:
    """Makes a family's contenders."""

    sessions: SessionFactory
    tracker: Tracker
    tuner: OptunaTuner
    seed: int
    git_commit: str
    longest_history: timedelta

    def fit(self, job: Job) -> Effect:
        """Do a fit job of any family."""
        family = next(family for family, kind in FIT_KINDS.items() if kind is job.kind)
        with self.sessions() as session:
            history = self._history(session, job)
            champions = champion_recipes(session, job.site_id, family)
        made = [
            self._fit_variable(job, task, champions.get(task.variable))
            for task in self._tasks(job, family, history)
        ]

        def effect(session: Session) -> None:
            for fitted in filter(None, made):
                add_contender(session, fitted, job_id=job.job_id, training_id=_training_id(job))
            plan_ready_selections(session, finishing=job.job_id)

        return effect

    def _history(self, session: Session, job: Job) -> DailyHistory:
        known_at = datetime.fromisoformat(job.parameters["known_at"])
        # Counted from the last observation: an imported site may end many years ago.
        last = last_observed_date(session, job.site_id, known_at=known_at)
        since = None if last is None else last - self.longest_history
        return load_history(session, job.site_id, since=since, known_at=known_at)

    def _tasks(self, job: Job, family: Family, history: DailyHistory) -> list[Task]:
        return [
            Task(job.site_id, variable, history, FAMILIES[family], self.seed, self.git_commit)
            for variable in FORECAST_VARIABLES
        ]

    def _fit_variable(
        self, job: Job, task: Task, champion: ChampionRecipe | None
    ) -> FittedContender | None:
        try:
            return self._fitted(job, task, champion)
        except (NotEnoughData, ArtifactRefused) as reason:
            log.warning("no contender", variable=task.variable, reason=str(reason))
            return None

    def _fitted(self, job: Job, task: Task, champion: ChampionRecipe | None) -> FittedContender:
        # Processor time, the same for every family whatever else the machine does: tuning,
        # backtest, fit and export are in it, the champion's backtest is not.
        started = time.process_time()
        workshop = Workshop(task)
        contender = workshop.make_contender(lambda objective: self._tune(job, task, objective))
        seconds = time.process_time() - started
        job.report(f"{_words(task)}, recording")
        return FittedContender(
            document=contender.document,
            cases=contender.cases,
            champion=_backtested(workshop, task, champion),
            run=self.tracker.record_contender(_record(job, contender, seconds)),
            artifact_sha256=contender.artifact.sha256,
            training_seconds=seconds,
        )

    def _tune(self, job: Job, task: Task, objective: Objective) -> Hyperparameters:
        study = (job.site_id, task.variable, task.method.family, job.logical_date, job.run)
        return self.tuner.tune(
            "/".join(map(str, study)),
            task.method,
            objective,
            lambda done, of: job.report(f"{_words(task)}, tuning {done} of {of}"),
        )


def _backtested(
    workshop: Workshop, task: Task, champion: ChampionRecipe | None
) -> ChampionCases | None:
    if champion is None:
        return None
    if champion.recipe.hyperparameters.keys() != task.method.space.keys():
        # Of another version of this code: its family must not go down with it.
        log.warning("the champion's recipe cannot be repeated", variable=task.variable)
        return None
    return ChampionCases(champion.candidate_id, workshop.backtest(champion.recipe))


def _record(job: Job, contender: Contender, seconds: float) -> RunRecord:
    document = contender.document
    return RunRecord(
        site_id=job.site_id,
        training_id=_training_id(job),
        variable=document.variable,
        family=document.family,
        parameters=document.recipe.hyperparameters
        | {
            "seed": document.recipe.seed,
            "train_cutoff": document.lineage.train_cutoff,
            "training_cases": document.lineage.training_cases,
            "inputs": " ".join(document.specification.inputs),
        },
        metrics=document.metrics | {"training_seconds": seconds},
        tags={
            "climate.data_hash": document.lineage.data_hash,
            "climate.git_commit": document.lineage.git_commit,
            "climate.feature_fingerprint": document.feature_fingerprint,
        },
        artifact=contender.artifact,
    )


def _words(task: Task) -> str:
    return f"{task.method.family.replace('-', ' ')}: {task.variable}"


def _training_id(job: Job) -> UUID:
    if job.parent_id is None:
        raise ClimateError(f"The {job.kind} job {job.job_id} belongs to no training.")
    return job.parent_id

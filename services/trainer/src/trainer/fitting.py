"""Fitting a family to a variable of a site: a contender, if there is enough data for one."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from shared.adapters.database import SessionFactory
from shared.adapters.ledger import Job
from shared.adapters.runner import Effect, no_effect
from shared.contracts.jobs import FIT_KINDS, JobKind
from shared.errors import ArtifactRefused, ClimateError, NotEnoughData
from shared.forecasting.variables import Variable
from trainer.describing import describe
from trainer.inputs import InputsLoader, TrainingInputs
from trainer.making import Made, make
from trainer.modelling.contender import Contender, Objective, Task, Workshop
from trainer.modelling.families import FAMILIES
from trainer.planning import plan_ready_selections
from trainer.ports import DataFacts, Tracker
from trainer.record.store import (
    ChampionCases,
    ChampionRecipe,
    FittedContender,
    add_contender,
    champion_recipe,
)
from trainer.tuning import Tuned, Tuner, study_name

log = structlog.get_logger()


@dataclass(frozen=True)
class FamilyFitter:
    """Makes contenders, and helps others that are at it.

    Attributes
    ----------
    ask_for_help : callable
        Asks for another trainer to join the tuning of a fit.
    make_elsewhere : callable, optional
        Has contenders made in another place; a replay shares one between its policies.
    draws : bool
        Whether plots are part of the record.
    """

    sessions: SessionFactory
    inputs: InputsLoader
    tracker: Tracker
    tuner: Tuner
    seed: int
    git_commit: str
    ask_for_help: Callable[[Job], None]
    make_elsewhere: Callable[[Task], Made] | None = None
    draws: bool = True

    def fit(self, job: Job) -> Effect:
        """Do a fit job of any family: its part is the variable."""
        task = self.task(job)
        with self.sessions() as session:
            champion = champion_recipe(session, job.site_id, task.variable, task.method.family)
        fitted = self._fit_variable(job, task, champion)

        def effect(session: Session) -> None:
            if fitted is not None:
                add_contender(session, fitted, job_id=job.job_id, training_id=_training_id(job))
            plan_ready_selections(session, finishing=job.job_id)

        return effect

    def help_tuning(self, job: Job) -> Effect:
        """Do a tune job: try points of a fit that another trainer is at."""
        fit = replace(job, kind=JobKind(job.parameters["fit"]), part=job.parameters["part"])
        task = self.task(fit)
        with contextlib.suppress(NotEnoughData):  # then the fit has come to nothing, too
            self.tuner.help_with(
                study_name(fit, task.variable, task.method.family),
                Workshop(task).tuning_errors,
                progress=lambda done, of: job.report(f"{_words(task)}, tuning {done} of {of}"),
            )
        return no_effect

    def task(self, job: Job) -> Task:
        """Return what a fit job's contender is made of."""
        family = next(family for family, kind in FIT_KINDS.items() if kind is job.kind)
        known = self.inputs.load(job).inputs
        variable = Variable(job.part)
        return Task(job.site_id, variable, known, FAMILIES[family], self.seed, self.git_commit)

    def _fit_variable(
        self, job: Job, task: Task, champion: ChampionRecipe | None
    ) -> FittedContender | None:
        try:
            return self._fitted(job, task, champion)
        except (NotEnoughData, ArtifactRefused) as reason:
            log.warning("no contender", variable=task.variable, reason=str(reason))
            return None

    def _fitted(self, job: Job, task: Task, champion: ChampionRecipe | None) -> FittedContender:
        made = self._make(job, task)
        contender = made.contender
        job.report(f"{_words(task)}, recording")
        record = describe(
            contender,
            made.tuned,
            training_id=_training_id(job),
            inputs=task.inputs if self.draws else None,
            data=_data_facts(contender, task, self.inputs.load(job)),
            seconds=made.seconds,
        )
        return FittedContender(
            document=contender.document,
            cases=contender.cases,
            champion=_backtested(made, task, champion),
            run=self.tracker.record_contender(record),
            artifact_sha256=contender.artifact.sha256,
            training_seconds=made.seconds,
        )

    def _make(self, job: Job, task: Task) -> Made:
        if self.make_elsewhere is not None:
            return self.make_elsewhere(task)
        started = time.process_time()
        return make(
            Workshop(task), lambda objective: self._tune(job, task, objective), since=started
        )

    def _tune(self, job: Job, task: Task, objective: Objective) -> Tuned:
        return self.tuner.tune(
            study_name(job, task.variable, task.method.family),
            task.method,
            objective,
            progress=lambda done, of: job.report(f"{_words(task)}, tuning {done} of {of}"),
            ask_for_help=lambda: self.ask_for_help(job),
        )


def _data_facts(contender: Contender, task: Task, loaded: TrainingInputs) -> DataFacts:
    return DataFacts(
        digest=contender.document.lineage.data_hash,
        known_at=loaded.known_at,
        provenance=str(loaded.provenance),
        first_date=task.history.first_date,
        last_date=task.history.last_date,
    )


def _backtested(made: Made, task: Task, champion: ChampionRecipe | None) -> ChampionCases | None:
    if champion is None:
        return None
    if champion.recipe.hyperparameters.keys() != task.method.space.keys():
        # Of another version of this code: its family must not go down with it.
        log.warning("the champion's recipe cannot be repeated", variable=task.variable)
        return None
    return ChampionCases(champion.candidate_id, made.backtest(champion.recipe))


def _words(task: Task) -> str:
    return f"{task.method.family.replace('-', ' ')}: {task.variable}"


def _training_id(job: Job) -> UUID:
    if job.parent_id is None:
        raise ClimateError(f"The {job.kind} job {job.job_id} belongs to no training.")
    return job.parent_id

"""The services of one policy, driven through the ledger without any message."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import optuna
from sqlalchemy import Row, column, insert, select, table
from sqlalchemy.orm import Session

from collector.store import store_days
from local.replay import virtual
from local.replay.policies import Policy, judge_by
from local.replay.tracker import ModelFolder
from local.replay.weather import Weather
from local.replay.workshops import SharedWorkshops
from registry_gate.decide import Gate, plan_due_decisions
from registry_gate.issuing.issue import Issuing
from registry_gate.issuing.models import LoadedModels
from registry_gate.issuing.planning import plan_due_issues
from registry_gate.review.review import Reviewer
from registry_gate.terms import Thresholds
from registry_gate.verification.planning import plan_due_verifications
from registry_gate.verification.verify import Verifier
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import Job, is_free, plan_job, supersede_jobs
from shared.adapters.observations import last_observed_date
from shared.adapters.runner import Effect, JobRunner, Work
from shared.adapters.tables import jobs
from shared.contracts.jobs import FIT_KINDS, JobKind
from shared.contracts.provenance import Provenance
from shared.errors import ClimateError
from shared.forecasting.families import Family
from trainer.contest import Contest
from trainer.fitting import FamilyFitter
from trainer.inputs import InputsLoader
from trainer.planning import plan_due_trainings, plan_ready_selections
from trainer.selection import Weights
from trainer.training import TrainingStarter
from trainer.tuning import Budget, Tuner

#: What the composite score counts for a family's training: measured, it would differ every time.
NOMINAL_SECONDS = {
    Family.LINEAR_REGRESSION: 2.0,
    Family.RANDOM_FOREST: 20.0,
    Family.GRADIENT_BOOSTING: 20.0,
}
# The hour of the day's work; sites are asked for the day before.
_AT = time(6, tzinfo=UTC)
_DAY = timedelta(days=1)
_LONGEST_HISTORY = timedelta(days=5500)
_DAYS = table("replayed_days", column("day"))
# What of the free jobs is done first, so that two runs do the same in the same order.
_ORDER = {kind: place for place, kind in enumerate(JobKind)}


@dataclass(frozen=True)
class Terms:
    """What all policies of a replay share."""

    seed: int
    trials: int
    retrain_every: timedelta


@dataclass(frozen=True)
class Tools:
    """What the policies train with together, so that nothing is done twice."""

    models: ModelFolder
    workshops: SharedWorkshops
    tuner: Tuner


class SourceAway(ClimateError):
    """The recorded source is away on purpose."""


class System:
    """Collector, trainer and gate of one policy, on a database under the virtual clock."""

    def __init__(
        self,
        policy: Policy,
        sessions: SessionFactory,
        terms: Terms,
        *,
        weather: Mapping[str, Weather],
        tools: Tools,
    ) -> None:
        self.policy, self.sessions = policy, sessions
        self._terms, self._weather, self._models = terms, weather, tools.models
        models = tools.models
        self._runner = JobRunner(sessions, worker="replay", after_commit=lambda: None)
        fitter = FamilyFitter(
            sessions,
            InputsLoader(sessions, _LONGEST_HISTORY),
            models,
            tools.tuner,
            seed=terms.seed,
            git_commit="replay",
            ask_for_help=lambda _job: None,
            open_workshop=tools.workshops.open,
            cost=lambda family, _seconds: NOMINAL_SECONDS[family],
            draws=False,
        )
        contest = Contest(sessions, models, Weights(), terms.seed, remove_studies=lambda _day: None)
        gate = Gate(sessions, models, Thresholds(), judge=judge_by(policy))
        self._verifier = Verifier(sessions)
        self._works: dict[JobKind, Work] = {
            JobKind.COLLECT: self._collect,
            JobKind.TRAIN: TrainingStarter(sessions, models).start,
            **dict.fromkeys(FIT_KINDS.values(), fitter.fit),
            JobKind.SELECT: contest.select,
            JobKind.GATE: gate.decide,
            JobKind.ISSUE: Issuing(sessions, LoadedModels(models)).issue,
        }
        if policy.is_reviewed:
            self._works[JobKind.REVIEW] = Reviewer(sessions).review

    def has_done(self, day: date) -> bool:
        """Say whether a day was replayed before an interruption."""
        with self.sessions() as session:
            found = select(_DAYS.c.day).where(_DAYS.c.day == day)
            return session.execute(found).one_or_none() is not None

    def live(self, day: date) -> None:
        """Do all that the services do on the morning after a day."""
        now = datetime.combine(day + _DAY, _AT)
        self._models.today = day
        self._plan(now, "collection", lambda session: self._plan_collections(session, day))
        self._work_off(now)
        while True:
            self._plan(now, "due", self._plan_due)
            if not self._work_off(now):
                break
        with self.sessions.begin() as session:
            session.execute(insert(_DAYS).values(day=day))

    def _plan(self, now: datetime, step: str, plan: Callable[[Session], object]) -> None:
        with self.sessions() as session:
            # What is planned later on the same day is another step than what was before.
            n_jobs = len(session.execute(select(jobs.c.job_id)).all()) if step == "due" else 0
        virtual.set_time(self.sessions, now, step=f"plan {step} {n_jobs}")
        with self.sessions.begin() as session:
            plan(session)

    def _plan_collections(self, session: Session, day: date) -> None:
        for site_id in sorted(self._weather):
            supersede_jobs(session, kind=JobKind.COLLECT, site_id=site_id, before=day)
            plan_job(session, kind=JobKind.COLLECT, site_id=site_id, logical_date=day)

    def _plan_due(self, session: Session) -> None:
        plan_due_verifications(session)
        plan_due_issues(session)
        plan_due_trainings(session, retrain_every=self._terms.retrain_every)
        plan_ready_selections(session)
        plan_due_decisions(session)

    def _work_off(self, now: datetime) -> int:
        """Do the free jobs one after the other; return how many there were."""
        done = 0
        while (row := self._next()) is not None:
            step = f"{row.kind} {row.site_id} {row.logical_date} {row.run} {row.part}"
            virtual.set_time(self.sessions, now, step=step)
            if row.kind == JobKind.VERIFY:
                self._runner.run_together([row.job_id], self._verifier.verify)
            else:
                self._runner.run(row.job_id, self._works[JobKind(row.kind)])
            done += 1
        return done

    def _next(self) -> Row[Any] | None:
        kinds = [*self._works, JobKind.VERIFY]
        with self.sessions() as session:
            free = session.execute(select(jobs).where(is_free(), jobs.c.kind.in_(kinds))).all()
        return min(free, key=_turn, default=None)

    def _collect(self, job: Job) -> Effect:
        weather = self._weather[job.site_id]
        if weather.is_away(job.logical_date):
            raise SourceAway(f"The source is away on {job.logical_date}.")
        with self.sessions() as session:
            last = last_observed_date(session, job.site_id) or min(weather.days) - _DAY
        days = weather.told(after=last, until=job.logical_date)

        def effect(session: Session) -> None:
            if days:
                store_days(
                    session,
                    job.site_id,
                    days,
                    provenance=Provenance.IMPORTED,
                    final_until=job.logical_date,
                    correlation_id=job.correlation_id,
                )

        return effect


def make_tuner(terms: Terms) -> Tuner:
    """Return the tuner all policies share: a study that one has ended answers the others."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = optuna.storages.InMemoryStorage()
    return Tuner(lambda: storage, Budget(terms.trials, seconds=math.inf), terms.seed)


def _turn(row: Row[Any]) -> tuple[object, ...]:
    return row.logical_date, _ORDER[JobKind(row.kind)], row.site_id, row.run, row.part

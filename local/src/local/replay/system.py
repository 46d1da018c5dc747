"""The services of one policy, driven through the ledger without any message."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine, Row, column, func, insert, select, table
from sqlalchemy.orm import Session

from collector.store import store_days
from local.replay import virtual
from local.replay.policies import Policy, judge_by
from local.replay.pool import make_tuner
from local.replay.tracker import ModelFolder
from local.replay.weather import Injected, Weather
from registry_gate.decide import Gate, plan_due_decisions
from registry_gate.examination import Examine
from registry_gate.issuing.issue import Issuing
from registry_gate.issuing.making import MakeIssued
from registry_gate.issuing.models import LoadedModels
from registry_gate.issuing.planning import plan_due_issues
from registry_gate.review.review import Reviewer
from registry_gate.terms import Thresholds
from registry_gate.verification.planning import plan_due_verifications
from registry_gate.verification.verify import Verifier
from shared.adapters.database import SessionFactory, make_session_factory
from shared.adapters.deliveries import handle_owed, settle_hints
from shared.adapters.ledger import Job, get_job, is_free, plan_job, supersede_jobs
from shared.adapters.observations import last_observed_date
from shared.adapters.runner import Effect, JobRunner, Work
from shared.adapters.tables import jobs
from shared.contracts.jobs import FIT_KINDS, JobKind
from shared.contracts.provenance import Provenance
from shared.contracts.queues import Service
from shared.errors import ClimateError
from trainer.contest import Contest
from trainer.fitting import FamilyFitter
from trainer.inputs import InputsLoader
from trainer.making import Made
from trainer.modelling.contender import Task
from trainer.planning import HANDLERS, plan_due_trainings, plan_ready_selections
from trainer.selection import Weights
from trainer.training import TrainingStarter

# The hour of the day's work; sites are asked for the day before.
_AT = time(6, tzinfo=UTC)
_DAY = timedelta(days=1)
_LONGEST_HISTORY = timedelta(days=5500)
_DAYS = table("replayed_days", column("day"))
# Champion, the one before and two challengers, of five variables, and a little more.
MODELS_A_SITE = 30
# What of the free jobs is done first, so that two runs do the same in the same order.
_ORDER = {kind: place for place, kind in enumerate(JobKind)}


@dataclass(frozen=True)
class Terms:
    """What all policies of a replay share."""

    seed: int
    trials: int
    retrain_every: timedelta
    weights: Weights = field(default_factory=Weights)


class Makers(Protocol):
    """Make what several policies may want, once for all of them."""

    def begin(self, task: Task) -> None:
        """Have a contender made, unless it was or is."""

    def made(self, task: Task) -> Made:
        """Return a contender, once it is made."""
        ...

    @property
    def make_issued(self) -> MakeIssued:
        """Makes the forecasts of a site."""
        ...

    @property
    def examine(self) -> Examine:
        """Tries the artifact of a candidate out."""
        ...


@dataclass(frozen=True)
class Tools:
    """What a system works with.

    Attributes
    ----------
    artifacts : Path
        The folder of the models, which all policies share.
    """

    artifacts: Path
    injected: Sequence[Injected]
    makers: Makers


class SourceAway(ClimateError):
    """The recorded source is away on purpose."""


class System:
    """Collector, trainer and gate of one policy, on a database under the virtual clock."""

    def __init__(
        self,
        policy: Policy,
        engine: Engine,
        terms: Terms,
        *,
        weather: Mapping[str, Weather],
        tools: Tools,
    ) -> None:
        sessions = make_session_factory(engine)
        self.policy, self.sessions = policy, sessions
        # For single statements: with a transaction around them they are three round trips.
        at_once = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._at_once = make_session_factory(at_once)
        self._terms, self._weather, self._makers = terms, weather, tools.makers
        self._models = models = ModelFolder(tools.artifacts, tools.injected)
        self._runner = JobRunner(sessions, worker="replay", after_commit=lambda: None)
        self._fitter = _fitter(sessions, terms, models, tools.makers)
        contest = Contest(
            sessions, models, terms.weights, terms.seed, remove_studies=lambda _day: None
        )
        gate = Gate(
            sessions, models, Thresholds(), judge=judge_by(policy), examine=tools.makers.examine
        )
        loaded = LoadedModels(models, MODELS_A_SITE * len(weather))
        self._verifier = Verifier(sessions)
        self._works: dict[JobKind, Work] = {
            JobKind.COLLECT: self._collect,
            JobKind.TRAIN: TrainingStarter(sessions, models).start,
            **dict.fromkeys(FIT_KINDS.values(), self._fitter.fit),
            JobKind.SELECT: contest.select,
            JobKind.GATE: gate.decide,
            JobKind.ISSUE: Issuing(sessions, loaded, make=tools.makers.make_issued).issue,
        }
        if policy.is_reviewed:
            self._works[JobKind.REVIEW] = Reviewer(sessions).review

    def has_done(self, day: date) -> bool:
        """Say whether a day was replayed before an interruption."""
        with self._at_once() as session:
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
        with self._at_once() as session:
            # What is planned later on the same day is another step than what was before.
            n_jobs = session.execute(select(func.count()).select_from(jobs)).scalar_one()
            virtual.set_time(session, now, step=f"plan {step} {n_jobs}")
        handle_owed(self.sessions, Service.TRAINER, HANDLERS)
        with self.sessions.begin() as session:
            settle_hints(session, Service.TRAINER, HANDLERS)
            settle_hints(session, Service.REGISTRY_GATE, ())
            plan(session)

    def _plan_collections(self, session: Session, day: date) -> None:
        for site_id in sorted(self._weather):
            supersede_jobs(session, kind=JobKind.COLLECT, site_id=site_id, before=day)
            plan_job(session, kind=JobKind.COLLECT, site_id=site_id, logical_date=day)

    def _plan_due(self, session: Session) -> None:
        """Plan as the ticks of the services do."""
        plan_due_verifications(session)
        plan_due_issues(session)
        plan_due_trainings(session, retrain_every=self._terms.retrain_every)
        plan_ready_selections(session)
        plan_due_decisions(session)

    def _work_off(self, now: datetime) -> int:
        """Do the free jobs one after the other; return how many there were."""
        done = 0
        while free := self._free():
            self._begin_fits(free)
            for row in free:
                self._do(row, now)
            done += len(free)
        return done

    def _free(self) -> list[Row[Any]]:
        kinds = [*self._works, JobKind.VERIFY]
        with self._at_once() as session:
            found = session.execute(select(jobs).where(is_free(), jobs.c.kind.in_(kinds))).all()
        return sorted(found, key=_turn)

    def _begin_fits(self, free: Sequence[Row[Any]]) -> None:
        """Have the processes begin with all fits there are, so that none waits for another."""
        for row in free:
            if row.kind in FIT_KINDS.values():
                with self.sessions() as session:
                    job = get_job(session, row.job_id)
                self._makers.begin(self._fitter.task(job))

    def _do(self, row: Row[Any], now: datetime) -> None:
        step = f"{row.kind} {row.site_id} {row.logical_date} {row.run} {row.part}"
        with self._at_once() as session:
            virtual.set_time(session, now, step=step)
        if row.kind == JobKind.VERIFY:
            self._runner.run_together([row.job_id], self._verifier.verify)
        else:
            self._runner.run(row.job_id, self._works[JobKind(row.kind)])

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


def _fitter(
    sessions: SessionFactory, terms: Terms, models: ModelFolder, makers: Makers
) -> FamilyFitter:
    return FamilyFitter(
        sessions,
        InputsLoader(sessions, _LONGEST_HISTORY),
        models,
        make_tuner(terms.trials, terms.seed),
        seed=terms.seed,
        git_commit="replay",
        ask_for_help=lambda _job: None,
        make_elsewhere=makers.made,
        draws=False,
    )


def _turn(row: Row[Any]) -> tuple[object, ...]:
    return row.logical_date, _ORDER[JobKind(row.kind)], row.site_id, row.run, row.part

"""A small world for the API's tests: a site, its weather, models of it, and fakes of the outside.

The models are damped persistence plus a constant, so that a test can see in the answer which one
served it.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from uuid import UUID, uuid5

import numpy as np
from limits import parse
from limits.aio.storage import MemoryStorage
from prometheus_client import CollectorRegistry

from api.access.doorkeeper import Doorkeeper
from api.access.policy import Policy
from api.access.rate_limits import RateLimits
from api.answers.orders import RollbackOrder, TaskAnswer
from api.answers.problems import ForecastNotFound, TaskNotFound
from api.answers.provenance import IssuedAnswer, TrainingQuery, TrainingRun
from api.answers.record import (
    DecisionAnswer,
    DecisionQuery,
    EventQuery,
    JobAnswer,
    JobState,
    LoggedEvent,
    ModelRecord,
    ReviewAnswer,
    ReviewQuery,
)
from api.live.feed import Feed
from api.live.fleet import Fleet
from api.live.gauges import ServingGauges
from api.ports import Champion, DesiredState
from api.record.guarded_record import GuardedRecord
from api.services import Services
from api.serving.loading import ModelLoader
from api.serving.ready import ReadyAnswers
from api.serving.reconcile import Reconciler
from api.serving.state import ServingState
from shared.adapters.artifacts import Artifact
from shared.adapters.data_quality.report import DataQuality, SiteQuality
from shared.adapters.data_quality.sources import SourceHealth
from shared.adapters.keys import KnownKey
from shared.adapters.onnx_regressor import OnnxRegressor
from shared.adapters.ticks import Tick
from shared.contracts.jobs import JobKind
from shared.contracts.keys import ApiKey, Scope
from shared.contracts.provenance import Provenance
from shared.contracts.sites import DEFAULT_SITE, Site
from shared.errors import NotEnoughData
from shared.forecasting.arrays import Float32Array, FloatArray
from shared.forecasting.documents import SmokeTest
from shared.forecasting.families import Family
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import ForecastInputs, Neighbour
from shared.forecasting.variables import FORECAST_VARIABLES, LEAD_DAYS, Variable
from tests.support.models import make_document
from tests.support.trainings import FakeArtifacts
from tests.support.weather import made_up_history
from tests.unit.api.chronicles import FakeChronicle

LAST_DATE = date(2026, 11, 22)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SITE = replace(DEFAULT_SITE, provenance=Provenance.OPEN_METEO)
_NAMESPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
_FRAGILE = b"a regressor that fails on real weather"
METRICS = {
    "r2": 0.87,
    "rmse": 2.1,
    "skill_vs_persistence": 0.31,
    "skill_vs_climatology": 0.42,
    "skill_vs_damped_persistence": 0.06,
}


def weather(n_days: int = 800, *, last_date: date = LAST_DATE) -> DailyHistory:
    """Return made-up weather up to a day; the same for the same arguments."""
    return made_up_history(last_date=last_date, days=n_days)


class FragileRegressor:
    """Answers its smoke test, whose features are nought, and nothing else."""

    def predict(self, features: Float32Array) -> FloatArray:
        """Return nought for nought, and no number for real weather."""
        answer = np.where(features.any(axis=1), np.nan, 0.0)
        return np.repeat(answer[:, np.newaxis], len(LEAD_DAYS), axis=1)


def fragile_artifact(variable: Variable) -> Artifact:
    """Return the artifact of a model that passes its smoke test and fails on real weather."""
    document, _ = make_document(weather(), variable)
    n_features = len(document.specification.names)
    fragile = document.model_copy(
        update={
            "regressor_sha256": hashlib.sha256(_FRAGILE).hexdigest(),
            "smoke_test": SmokeTest(
                features=((0.0,) * n_features,), outputs=((0.0,) * len(LEAD_DAYS),)
            ),
        }
    )
    return Artifact(fragile.to_json().encode(), _FRAGILE)


def read_regressor(content: bytes) -> OnnxRegressor | FragileRegressor:
    """Read a regressor as the API does, or the one that ONNX could not hold."""
    return FragileRegressor() if content == _FRAGILE else OnnxRegressor(content)


@cache
def constant_artifact(variable: Variable, constant: float) -> Artifact:
    """Return a real, tiny artifact with metrics, made on the weather of this world."""
    document, graph = make_document(weather(), variable, constant=constant)
    with_metrics = document.model_copy(update={"metrics": METRICS})
    return Artifact(with_metrics.to_json().encode(), graph)


def make_champion(variable: Variable, epoch: int, *, sha256: str = "0" * 64) -> Champion:
    """Return what the database says of a champion."""
    return Champion(
        site_id=SITE.site_id,
        variable=variable,
        epoch=epoch,
        candidate_id=uuid5(_NAMESPACE, f"{variable}/{epoch}"),
        decision_id=uuid5(_NAMESPACE, f"decision/{variable}/{epoch}"),
        promoted_at=NOW - timedelta(hours=3),
        family=Family.LINEAR_REGRESSION,
        model_version=str(epoch),
        train_cutoff=LAST_DATE - timedelta(days=1),
        artifact_uri=f"runs:/{epoch}/model",
        artifact_sha256=sha256,
    )


@dataclass
class UnsureArtifacts(FakeArtifacts):
    """Artifacts in memory, checked like the store's; `error` is an absent MLflow."""

    error: Exception | None = None

    def load(self, uri: str, sha256: str) -> Artifact:
        """Return the artifact of this digest."""
        if self.error is not None:
            raise self.error
        artifact = super().load(uri, sha256)
        artifact.check(sha256)
        return artifact


@dataclass
class FakeSource:
    """Stands in for PostgreSQL: what should be served."""

    sites: tuple[Site, ...] = (SITE,)
    histories: dict[str, DailyHistory] = field(default_factory=dict)
    champions: dict[tuple[str, Variable], Champion] = field(default_factory=dict)
    previous: dict[tuple[str, Variable], Champion] = field(default_factory=dict)
    known_at: dict[str, datetime] = field(default_factory=dict)
    neighbours: Sequence[Neighbour] = ()
    error: Exception | None = None
    histories_read: int = 0

    def observe(self, history: DailyHistory, *, site_id: str = "marrakech") -> None:
        """Store a site's observations as a newer revision."""
        self.histories[site_id] = history
        newest = self.known_at.get(site_id, NOW - timedelta(hours=5))
        self.known_at[site_id] = newest + timedelta(seconds=1)

    def promote(self, champion: Champion) -> None:
        """Write a promotion."""
        key = (champion.site_id, champion.variable)
        if key in self.champions:
            self.previous[key] = self.champions[key]
        self.champions[key] = champion

    def desired_state(self) -> DesiredState:
        """Return what should be served."""
        if self.error is not None:
            raise self.error
        return DesiredState(
            self.sites,
            tuple(self.champions.values()),
            dict(self.known_at),
            tuple(self.previous.values()),
        )

    def inputs(self, site_id: str) -> ForecastInputs:
        """Return a site's observations, and its neighbours'."""
        self.histories_read += 1
        if site_id not in self.histories:
            raise NotEnoughData("There is nothing.")
        return ForecastInputs(self.histories[site_id], self.neighbours)


@dataclass
class FakeRecord:
    """Stands in for the tables of the record."""

    decided: Sequence[DecisionAnswer] = ()
    reviewed: Sequence[ReviewAnswer] = ()
    logged: Sequence[LoggedEvent] = ()
    ledger: Sequence[JobAnswer] = ()
    answered_ticks: Sequence[Tick] = ()
    quality: dict[str, SiteQuality] = field(default_factory=dict)
    sources: Sequence[SourceHealth] = ()
    model: ModelRecord = field(default_factory=lambda: ModelRecord(challengers=[], promotions=[]))
    mark: str = "none"
    skill: dict[tuple[str, Variable, str], float] = field(default_factory=dict)
    error: Exception | None = None

    def _answer(self) -> None:
        if self.error is not None:
            raise self.error

    def decisions(self, query: DecisionQuery) -> Sequence[DecisionAnswer]:
        """Return decisions as the table would."""
        self._answer()
        found = [
            one
            for one in self.decided
            if query.variable in (None, one.variable)
            and (query.before is None or one.decided_at < query.before)
        ]
        return found[: query.limit]

    def reviews(self, query: ReviewQuery) -> Sequence[ReviewAnswer]:
        """Return reviews as the table would."""
        self._answer()
        found = [
            one
            for one in self.reviewed
            if query.variable in (None, one.variable)
            and (query.before is None or one.review_date < query.before)
        ]
        last = found[: query.limit][-1].review_date if found else None
        return [one for one in found if last is not None and one.review_date >= last]

    def events(self, query: EventQuery) -> Sequence[LoggedEvent]:
        """Return events as the table would."""
        self._answer()
        found = [
            one
            for one in self.logged
            if query.type in (None, one.type)
            and (query.before is None or one.position < query.before)
        ]
        return found[: query.limit]

    def model_record(self, site_id: str, variable: Variable) -> ModelRecord:
        """Return what is known of a model."""
        del site_id, variable
        self._answer()
        return self.model

    def jobs(self, site_id: str) -> Sequence[JobAnswer]:
        """Return the newest jobs."""
        self._answer()
        return [job for job in self.ledger if job.site == site_id]

    def ticks(self) -> Sequence[Tick]:
        """Return the ticks a test says were answered."""
        self._answer()
        return self.answered_ticks

    def jobs_mark(self) -> str:
        """Return what a test says of the jobs."""
        self._answer()
        return self.mark

    def queue_lengths(self) -> Mapping[tuple[JobKind, JobState], int]:
        """Return how many jobs of the ledger are not done."""
        self._answer()
        return Counter((one.kind, one.state) for one in self.ledger if one.state != "done")

    def live_skill(self) -> Mapping[tuple[str, Variable, str], float]:
        """Return what champions save, as far as a test has said it."""
        self._answer()
        return self.skill

    def data_quality(
        self, sites: Sequence[Site], now: datetime, *, by_month: bool = False
    ) -> DataQuality:
        """Return how good the data is, as far as a test has said it."""
        del now
        self._answer()
        known = {site.site_id: self.quality.get(site.site_id, SiteQuality()) for site in sites}
        if not by_month:
            known = {name: replace(quality, months=()) for name, quality in known.items()}
        return DataQuality(known, self.sources)


@dataclass
class FakeOrigins:
    """Stands in for what was issued and trained."""

    issued: dict[UUID, IssuedAnswer] = field(default_factory=dict)
    trainings: Sequence[TrainingRun] = ()

    def issued_forecast(self, forecast_id: UUID) -> IssuedAnswer:
        """Return a forecast a test has issued."""
        if forecast_id not in self.issued:
            raise ForecastNotFound(f"No forecast was issued as {forecast_id}.")
        return self.issued[forecast_id]

    def newest_forecasts(self, site_id: str) -> list[IssuedAnswer]:
        """Return all of them."""
        return [one for one in self.issued.values() if one.site == site_id]

    def training_runs(self, query: TrainingQuery) -> Sequence[TrainingRun]:
        """Return the trainings a test has made up."""
        return self.trainings[: query.limit]


@dataclass
class FakeOrders:
    """Stands in for the tables that orders change; knows the keys a test has given it."""

    keys: dict[str, KnownKey] = field(default_factory=dict)
    taken: list[tuple[object, ...]] = field(default_factory=list)
    tasks: dict[UUID, TaskAnswer] = field(default_factory=dict)
    refusal: Exception | None = None

    def give_key(self, *scopes: Scope) -> str:
        """Return a key for some scopes, or for all of them."""
        key = ApiKey.new()
        held = frozenset(scopes or Scope)
        self.keys[key.text] = KnownKey(key.key_id, "a test", held, NOW, None)
        return key.text

    def recognise(self, key: ApiKey) -> KnownKey | None:
        """Return what a test has said of a key."""
        return self.keys.get(key.text)

    def add_site(self, site: Site) -> Site:
        """Note that a site is added."""
        self._take("add", site)
        return site

    def remove_site(self, site_id: str) -> Site:
        """Note that a site is removed."""
        self._take("remove", site_id)
        return SITE

    def collect(self, site_id: str) -> UUID:
        """Note that a collection is asked for."""
        return self._take("collect", site_id)

    def train(self, site_id: str) -> UUID:
        """Note that a training is asked for."""
        return self._take("train", site_id)

    def roll_back(self, order: RollbackOrder, *, asked_by: str) -> UUID:
        """Note that a rollback is asked for."""
        return self._take("roll back", order, asked_by)

    def task(self, task_id: UUID) -> TaskAnswer:
        """Return a task a test has made up."""
        if task_id not in self.tasks:
            raise TaskNotFound(f"There is no task {task_id}.")
        return self.tasks[task_id]

    def _take(self, *order: object) -> UUID:
        if self.refusal is not None:
            raise self.refusal
        self.taken.append(order)
        return uuid5(_NAMESPACE, str(len(self.taken)))


@dataclass
class FakeMlflow:
    """An MLflow that answers or does not."""

    failure: str | None = None

    async def error(self) -> str | None:
        """Return why it does not answer."""
        await asyncio.sleep(0)
        return self.failure


@dataclass
class FakeBoard:
    """The hash in Redis where processes tell of themselves."""

    said: dict[str, bytes] = field(default_factory=dict)
    error: Exception | None = None

    async def hset(self, name: str, key: str, value: str) -> int:
        """Write."""
        del name
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        self.said[key] = value.encode()
        return 1

    async def hgetall(self, name: str) -> dict[bytes, bytes]:
        """Read."""
        del name
        await asyncio.sleep(0)
        return {key.encode(): value for key, value in self.said.items()}

    async def hdel(self, name: str, *keys: str) -> int:
        """Forget."""
        del name
        await asyncio.sleep(0)
        for key in keys:
            del self.said[key]
        return len(keys)


class World:
    """Everything one application is made of, with handles for the tests.

    `promote` writes a promotion and its artifact; `reconcile` is what the reloading thread does.
    """

    def __init__(self, *, now: datetime = NOW) -> None:
        self.now = now
        self.source = FakeSource()
        self.artifacts = UnsureArtifacts()
        self.record = FakeRecord()
        self.chronicle = FakeChronicle()
        self.mlflow = FakeMlflow()
        self.board = FakeBoard()
        self.origins = FakeOrigins()
        self.orders = FakeOrders()
        self.policy = Policy(parse("1000000/minute"), parse("1000000/minute"))
        self.state = ServingState(self.clock)
        loader = ModelLoader(self.artifacts, read_regressor, self.clock)
        self.reconciler = Reconciler(self.state, loader)
        self.guarded_record = GuardedRecord(self.record, self.state.database)

    def seconds(self) -> float:
        """Return this world's time as a Unix time."""
        return self.now.timestamp()

    def clock(self) -> datetime:
        """Return this world's time."""
        return self.now

    @property
    def services(self) -> Services:
        """The collaborators of the application."""
        return Services(
            state=self.state,
            record=self.guarded_record,
            mlflow=self.mlflow,
            now=self.clock,
            site_radius_km=25.0,
            feed=Feed(self.guarded_record, self.state),
            fleet=self.fleet(),
            chronicle=self.chronicle,
            origins=self.origins,
            orders=self.orders,
            doorkeeper=Doorkeeper(self.orders),
            limits=RateLimits(MemoryStorage(), self.seconds),
            policy=self.policy,
            ready=ReadyAnswers(self.state, self.seconds),
            registry=self._registry(),
        )

    def fleet(self, name: str = "host:1") -> Fleet:
        """Return what a process tells of itself, on the board all of this world share."""
        return Fleet(self.board, self.state, name, self.clock)

    def _registry(self) -> CollectorRegistry:
        registry = CollectorRegistry()
        registry.register(ServingGauges(self.state, self.guarded_record))
        return registry

    def promote(self, variable: Variable, epoch: int, *, constant: float = 0.0) -> Champion:
        """Promote a model that adds a constant to damped persistence."""
        digest = self.artifacts.add(constant_artifact(variable, constant))
        champion = make_champion(variable, epoch, sha256=digest)
        self.source.promote(champion)
        return champion

    def reconcile(self) -> None:
        """Bring the serving state in line."""
        self.reconciler.reconcile(self.source)


def world_with_champions(history: DailyHistory | None = None) -> World:
    """Return a world that serves a champion of every variable."""
    world = World()
    world.source.observe(history or weather())
    for epoch, variable in enumerate(FORECAST_VARIABLES, start=1):
        world.promote(variable, epoch)
    world.reconcile()
    return world


def job(kind: str, state: str, **values: object) -> JobAnswer:
    """Return a job of the ledger."""
    defaults: Mapping[str, object] = {
        "job_id": uuid5(_NAMESPACE, kind),
        "site": "marrakech",
        "logical_date": LAST_DATE,
        "attempts": 1,
        "progress": None,
        "last_error": None,
        "not_before": NOW,
        "created_at": NOW - timedelta(minutes=5),
        "finished_at": NOW - timedelta(minutes=1) if state == "done" else None,
    }
    return JobAnswer.model_validate({**defaults, **values, "kind": kind, "state": state})


def decision(variable: Variable, outcome: str, reason: str, *, hours_ago: float) -> DecisionAnswer:
    """Return a decision of the gate."""
    return DecisionAnswer.model_validate(
        {
            "decision_id": uuid5(_NAMESPACE, f"{variable}/{hours_ago}"),
            "site": "marrakech",
            "variable": variable,
            "candidate_id": uuid5(_NAMESPACE, f"candidate/{variable}/{hours_ago}"),
            "family": Family.GRADIENT_BOOSTING,
            "model_version": "4",
            "champion_candidate_id": None,
            "outcome": outcome,
            "reason": reason,
            "criteria": [],
            "decided_at": NOW - timedelta(hours=hours_ago),
        }
    )


def review(variable: Variable, *, days_ago: int) -> ReviewAnswer:
    """Return a review of a champion."""
    return ReviewAnswer.model_validate(
        {
            "review_id": uuid5(_NAMESPACE, f"review/{variable}/{days_ago}"),
            "site": "marrakech",
            "variable": variable,
            "review_date": (NOW - timedelta(days=days_ago)).date(),
            "candidate_id": uuid5(_NAMESPACE, f"candidate/{variable}"),
            "epoch": 3,
            "outcome": "fine",
            "reason": "Beaten by nobody.",
            "evidence": {"standings": {}},
            "reviewed_at": NOW - timedelta(days=days_ago),
        }
    )

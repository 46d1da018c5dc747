"""A small world for the API's tests: a site, its weather, models of it, and fakes of the outside.

The models are damped persistence plus a constant, so that a test can see in the answer which one
served it.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

import numpy as np

from api.answers.record import (
    DecisionAnswer,
    DecisionQuery,
    EventQuery,
    JobAnswer,
    LoggedEvent,
    ModelRecord,
)
from api.ports import Champion, DesiredState
from api.services import Services
from api.serving.loading import ModelLoader
from api.serving.reconcile import Reconciler
from api.serving.state import ServingState
from shared.adapters.artifacts import Artifact
from shared.contracts.provenance import Provenance
from shared.contracts.sites import DEFAULT_SITE, Site
from shared.errors import ArtifactRefused, NotEnoughData
from shared.forecasting.arrays import Float32Array, FloatArray
from shared.forecasting.baseline import Baseline
from shared.forecasting.documents import Lineage, ModelDocument, Recipe, SmokeTest
from shared.forecasting.families import Family
from shared.forecasting.features import FeatureSpecification, Layout
from shared.forecasting.history import DailyHistory
from shared.forecasting.intervals import ResidualQuantiles
from shared.forecasting.rain import RainAmounts
from shared.forecasting.variables import FORECAST_VARIABLES, LEAD_DAYS, Variable

LAST_DATE = date(2026, 11, 22)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SITE = replace(DEFAULT_SITE, provenance=Provenance.OPEN_METEO)
_NAMESPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
#: Content of the file of a regressor that fails on real weather.
NOT_A_NUMBER = b"fragile"
METRICS = {
    "r2": 0.87,
    "rmse": 2.1,
    "skill_vs_persistence": 0.31,
    "skill_vs_climatology": 0.42,
    "skill_vs_damped_persistence": 0.06,
}


def weather(n_days: int = 800, *, last_date: date = LAST_DATE, seed: int = 1) -> DailyHistory:
    """Return made-up but plausible weather of Marrakech; the same for the same arguments."""
    random = np.random.default_rng(seed)
    first = last_date - timedelta(days=n_days - 1)
    day = np.arange(n_days) + first.timetuple().tm_yday
    season = -np.cos(2 * np.pi * (day - 15) / 365.25)
    noise = np.zeros(n_days)
    for n in range(1, n_days):
        noise[n] = 0.8 * noise[n - 1] + random.normal(0, 2.2)
    warmest = 28.5 + 9.5 * season + noise
    coldest = 13.5 + 8.0 * season + 0.5 * noise + random.normal(0, 1, n_days)
    wet = random.random(n_days) < 0.12 * (1.4 - season)
    return DailyHistory(
        first,
        {
            Variable.TEMPERATURE_MAX: warmest.round(1),
            Variable.TEMPERATURE_MIN: coldest.round(1),
            Variable.TEMPERATURE_MEAN: ((warmest + coldest) / 2).round(1),
            Variable.PRECIPITATION: np.where(wet, random.gamma(0.8, 6.0, n_days) + 1, 0.0).round(1),
            Variable.WIND_SPEED_MAX: np.abs(14 + random.normal(0, 4.5, n_days)).round(1),
        },
    )


@dataclass(frozen=True)
class ConstantRegressor:
    """Adds the same to every forecast."""

    value: float

    def predict(self, features: Float32Array) -> FloatArray:
        """Return the constant for every lead."""
        return np.full((len(features), len(LEAD_DAYS)), self.value)


class FragileRegressor:
    """Answers its smoke test, whose features are nought, and nothing else."""

    def predict(self, features: Float32Array) -> FloatArray:
        """Return nought for nought, and no number for real weather."""
        answer = np.where(features.any(axis=1), np.nan, 0.0)
        return np.repeat(answer[:, np.newaxis], len(LEAD_DAYS), axis=1)


def read_constant(content: bytes) -> ConstantRegressor | FragileRegressor:
    """Read a regressor from what stands in for an ONNX file."""
    if content == NOT_A_NUMBER:
        return FragileRegressor()
    try:
        return ConstantRegressor(float(content))
    except ValueError as error:
        raise ArtifactRefused("This is not a regressor.") from error


def make_document(
    history: DailyHistory, variable: Variable, *, constant: float = 0.0, site_id: str = "marrakech"
) -> ModelDocument:
    """Return the document of a model that adds a constant to damped persistence."""
    inputs = (Variable.PRECIPITATION,) if variable is Variable.PRECIPITATION else ()
    specification = FeatureSpecification(target=variable, inputs=inputs, layout=Layout.WIDE)
    is_rain = variable is Variable.PRECIPITATION
    errors = np.random.default_rng(0).normal(0, 1, (200, len(LEAD_DAYS)))
    return ModelDocument(
        site_id=site_id,
        recipe=Recipe(
            family=Family.LINEAR_REGRESSION,
            hyperparameters={"alpha": 1.0},
            seed=1,
        ),
        specification=specification,
        feature_names=specification.names,
        feature_fingerprint=specification.fingerprint,
        baseline=Baseline.fit(variable, inputs, history),
        residual_quantiles=(
            None if is_rain else ResidualQuantiles.fit(errors * np.linspace(1.2, 3.4, 7))
        ),
        rain_amounts=(
            RainAmounts.fit(history.dates, history.column(variable)) if is_rain else None
        ),
        metrics=METRICS,
        lineage=Lineage(
            train_cutoff=LAST_DATE - timedelta(days=1),
            training_cases=700,
            data_hash=history.content_hash(),
            git_commit="0" * 40,
            versions={"numpy": np.__version__},
        ),
        smoke_test=SmokeTest(
            features=((0.0,) * len(specification.names),),
            outputs=((constant,) * len(LEAD_DAYS),),
        ),
        regressor_sha256=hashlib.sha256(str(constant).encode()).hexdigest(),
    )


def make_artifact(document: ModelDocument) -> Artifact:
    """Return the artifact of a document made here."""
    constant = document.smoke_test.outputs[0][0]
    return Artifact(document.to_json().encode(), str(constant).encode())


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
class FakeArtifacts:
    """Keeps artifacts by digest; `missing` is what stands in for an absent MLflow."""

    by_digest: dict[str, Artifact] = field(default_factory=dict)
    error: Exception | None = None

    def add(self, artifact: Artifact) -> str:
        """Keep an artifact; return its digest."""
        self.by_digest[artifact.sha256] = artifact
        return artifact.sha256

    def load(self, uri: str, sha256: str) -> Artifact:
        """Return an artifact as the store would."""
        del uri
        if self.error is not None:
            raise self.error
        artifact = self.by_digest[sha256]
        artifact.check(sha256)
        return artifact


@dataclass
class FakeSource:
    """Stands in for PostgreSQL: what should be served."""

    sites: tuple[Site, ...] = (SITE,)
    histories: dict[str, DailyHistory] = field(default_factory=dict)
    champions: dict[tuple[str, Variable], Champion] = field(default_factory=dict)
    known_at: dict[str, datetime] = field(default_factory=dict)
    error: Exception | None = None
    histories_read: int = 0

    def observe(self, history: DailyHistory, *, site_id: str = "marrakech") -> None:
        """Store a site's observations as a newer revision."""
        self.histories[site_id] = history
        newest = self.known_at.get(site_id, NOW - timedelta(hours=5))
        self.known_at[site_id] = newest + timedelta(seconds=1)

    def promote(self, champion: Champion) -> None:
        """Write a promotion."""
        self.champions[champion.site_id, champion.variable] = champion

    def desired_state(self) -> DesiredState:
        """Return what should be served."""
        if self.error is not None:
            raise self.error
        return DesiredState(self.sites, tuple(self.champions.values()), dict(self.known_at))

    def history(self, site_id: str) -> DailyHistory:
        """Return a site's observations."""
        self.histories_read += 1
        if site_id not in self.histories:
            raise NotEnoughData("There is nothing.")
        return self.histories[site_id]


@dataclass
class FakeRecord:
    """Stands in for the tables of the record."""

    decided: Sequence[DecisionAnswer] = ()
    logged: Sequence[LoggedEvent] = ()
    ledger: Sequence[JobAnswer] = ()
    model: ModelRecord = field(default_factory=lambda: ModelRecord(challengers=[], promotions=[]))
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


@dataclass
class FakeMlflow:
    """An MLflow that answers or does not."""

    failure: str | None = None

    async def error(self) -> str | None:
        """Return why it does not answer."""
        await asyncio.sleep(0)
        return self.failure


class World:
    """Everything one application is made of, with handles for the tests.

    `promote` writes a promotion and its artifact; `reconcile` is what the reloading thread does.
    """

    def __init__(self, *, now: datetime = NOW) -> None:
        self.now = now
        self.source = FakeSource()
        self.artifacts = FakeArtifacts()
        self.record = FakeRecord()
        self.mlflow = FakeMlflow()
        self.state = ServingState(self.clock)
        loader = ModelLoader(self.artifacts, read_constant, self.clock)
        self.reconciler = Reconciler(self.state, loader)

    def clock(self) -> datetime:
        """Return this world's time."""
        return self.now

    @property
    def services(self) -> Services:
        """The collaborators of the application."""
        return Services(self.state, self.record, self.mlflow, self.clock, site_radius_km=25.0)

    def promote(self, variable: Variable, epoch: int, *, constant: float = 0.0) -> Champion:
        """Promote a model that adds a constant to damped persistence."""
        document = make_document(self.source.histories["marrakech"], variable, constant=constant)
        digest = self.artifacts.add(make_artifact(document))
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

"""A system that has run for five weeks: collected, trained, promoted, forecast and verified.

Weather is the simulator's, models are trained on it, forecasts are issued and verified by the
gate's own code; what would take a week to come about by itself is written as the services write it.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from collector.simulator.weather import simulate
from collector.stand_in.query import Place
from shared.adapters.artifacts import DOCUMENT_FILE, ONNX_FILE, Artifact
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import plan_job
from shared.adapters.outbox import record_event
from shared.adapters.sites import add_site
from shared.adapters.tables import candidates, decisions, jobs, promotions
from shared.contracts.events import (
    CandidateRegistered,
    DriftDetected,
    EventData,
    ModelPromoted,
    ModelRolledBack,
    RetrainingRequested,
)
from shared.contracts.jobs import JobKind
from shared.contracts.schedule import complete_date
from shared.contracts.sites import DEFAULT_SITE, Site
from shared.forecasting.families import Family
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from tests.support.database import SITE_ID
from tests.support.trainings import FakeArtifacts, add_candidate, add_training
from tests.support.verifying import DailyRound
from trainer.modelling.contender import Task, Workshop
from trainer.modelling.families import FAMILIES

OTHER = Site("fes", "Fès", 34.03, -5.0, 414.0, "Africa/Casablanca")
_A_TRAINING = timedelta(minutes=2)
_DAYS_OF_WEATHER, _DAYS_OF_FORECASTS = 1500, 35
_METHOD = FAMILIES[Family.LINEAR_REGRESSION]
_COMMIT = "3f9c2d7a1b"
PROGRESS = "trial 7 of 20, about 2 min left"
_CRITERIA = (
    ("min_r2", "pass", "R² of 0.86 (at least 0.70)"),
    ("better_than_persistence", "pass", "a skill of +0.32 against persistence (above 0)"),
    ("enough_cases", "pass", "365 days tested from (at least 100)"),
    ("better_than_champion", "inconclusive", "no champion to compare with"),
)


@dataclass
class Story:
    """Writes the five weeks of a system into a database, and its artifacts into a cache."""

    sessions: SessionFactory
    cache: Path
    today: date
    artifacts: FakeArtifacts = field(default_factory=FakeArtifacts)
    _versions: int = 0

    @classmethod
    def until_now(cls, sessions: SessionFactory, cache: Path) -> "Story":
        """Return a story whose last observed day is the newest one there can be."""
        last = complete_date(datetime.now(UTC), DEFAULT_SITE.timezone)
        return cls(sessions, cache, last + timedelta(days=1))

    def write(self) -> None:
        """Let it all happen."""
        weather = self._weather()
        began = self.today - timedelta(days=_DAYS_OF_FORECASTS)
        known = weather.until(began - timedelta(days=1))
        first = self._train(known, began)
        daily = DailyRound(self.sessions, weather, self.artifacts)
        daily.observe(weather.first_date, known.last_date)
        daily.days(began, _DAYS_OF_FORECASTS)
        self._decide_again(weather, first)
        self._work()
        with self.sessions.begin() as session:
            add_site(session, OTHER)

    def _weather(self) -> DailyHistory:
        last = self.today - timedelta(days=1)
        first = last - timedelta(days=_DAYS_OF_WEATHER - 1)
        place = Place(DEFAULT_SITE.latitude, DEFAULT_SITE.longitude, DEFAULT_SITE.elevation or 0.0)
        found = simulate(place, first, last)
        return DailyHistory(first, {name: found[name] for name in Variable if name in found})

    def _train(self, known: DailyHistory, day: date) -> dict[Variable, UUID]:
        """Train, decide on and promote a model of each variable; return the candidates."""
        with self.sessions.begin() as session:
            training_id = add_training(session, logical_date=day)
            _end(session, training_id, days_ago=(self.today - day).days)
            found = {
                variable: self._candidate(session, training_id, known, variable)
                for variable in FORECAST_VARIABLES
            }
            decision = ("promote", "Promoted: the first candidate to pass every criterion.")
            for variable, candidate_id in found.items():
                self._decide(session, training_id, variable, candidate_id, decision)
            return found

    def _candidate(
        self, session: Session, training_id: UUID, known: DailyHistory, variable: Variable
    ) -> UUID:
        task = Task(SITE_ID, variable, known, _METHOD, seed=1, git_commit=_COMMIT)
        contender = Workshop(task).make_contender(lambda _: _METHOD.defaults)
        self._keep(contender.artifact)
        self._versions += 1
        candidate_id = add_candidate(
            session,
            training_id=training_id,
            variable=variable,
            artifact_sha256=contender.artifact.sha256,
            cases=contender.cases,
            train_cutoff=contender.document.lineage.train_cutoff,
            feature_fingerprint=contender.document.feature_fingerprint,
        )
        version = update(candidates).where(candidates.c.candidate_id == candidate_id)
        session.execute(version.values(mlflow_version=str(self._versions)))
        fact = CandidateRegistered(
            site_id=SITE_ID,
            variable=variable,
            candidate_id=candidate_id,
            family=Family.LINEAR_REGRESSION,
        )
        record_event(session, fact, correlation_id=training_id)
        return candidate_id

    def _keep(self, artifact: Artifact) -> None:
        """Put an artifact where the API's cache keeps what it has downloaded."""
        self.artifacts.add(artifact)
        folder = self.cache / artifact.sha256
        folder.mkdir(parents=True, exist_ok=True)
        (folder / DOCUMENT_FILE).write_bytes(artifact.document)
        (folder / ONNX_FILE).write_bytes(artifact.onnx)

    def _decide(
        self,
        session: Session,
        job_id: UUID,
        variable: Variable,
        candidate_id: UUID,
        decision: tuple[str, str],
    ) -> None:
        outcome, reason = decision
        about = {"site_id": SITE_ID, "variable": variable, "candidate_id": candidate_id}
        criteria = [
            {"criterion": name, "verdict": verdict, "reason": text, "observed": None}
            for name, verdict, text in _CRITERIA
        ]
        decided = {"job_id": job_id, "outcome": outcome, "reason": reason, "criteria": criteria}
        statement = insert(decisions).values(about | decided).returning(decisions.c.decision_id)
        decision_id: UUID = session.execute(statement).scalar_one()
        if outcome != "promote":
            return
        promoted = about | {"kind": "promote", "decision_id": decision_id}
        returning = insert(promotions).values(promoted).returning(promotions.c.epoch)
        epoch = session.execute(returning).scalar_one()
        fact = ModelPromoted.model_validate(
            about | {"decision_id": decision_id, "epoch": epoch, "previous_candidate_id": None}
        )
        record_event(session, fact, correlation_id=job_id)

    def _decide_again(self, weather: DailyHistory, first: dict[Variable, UUID]) -> None:
        """Decide on the candidates of a second training, and tell what led to it."""
        outcomes = {
            Variable.TEMPERATURE_MAX: (
                "inconclusive",
                "Better than the champion by 0.4 % only (2 % needed): the champion stays.",
            ),
            Variable.WIND_SPEED_MAX: (
                "reject",
                "Rejected: no better than what is usual for the season.",
            ),
        }
        warmest = Variable.TEMPERATURE_MAX
        with self.sessions.begin() as session:
            chain = uuid4()
            for fact in _told(self.today, first[warmest]):
                record_event(session, fact, correlation_id=chain)
            training_id = add_training(session, logical_date=self.today)
            _end(session, training_id, days_ago=0)
            found = {
                variable: self._candidate(session, training_id, weather, variable)
                for variable in outcomes
            }
            for variable, candidate_id in found.items():
                self._decide(session, training_id, variable, candidate_id, outcomes[variable])

    def _work(self) -> None:
        """Leave some work done, some under way, some given up."""
        now = datetime.now(UTC)
        yesterday = self.today - timedelta(days=1)
        done = {"state": "done", "attempts": 1, "finished_at": now - timedelta(minutes=4)}
        running = {"state": "running", "attempts": 1, "worker": "trainer-1"}
        states = {
            JobKind.COLLECT: done,
            JobKind.SELECT: done,
            JobKind.GATE: done,
            JobKind.FIT_LINEAR_REGRESSION: done,
            JobKind.FIT_GRADIENT_BOOSTING: running
            | {"progress": "trial 7 of 20, about 2 min left"},
            JobKind.BACKFILL: {
                "state": "dead",
                "attempts": 200,
                "last_error": "The source answered 502 with a page instead of data.",
                "finished_at": now - timedelta(hours=5),
            },
            JobKind.FIT_RANDOM_FOREST: {},
        }
        with self.sessions.begin() as session:
            session.execute(update(jobs).where(jobs.c.state == "queued").values(done))
            for kind, values in states.items():
                job_id = plan_job(
                    session, kind=kind, site_id=SITE_ID, logical_date=yesterday, run=0
                )
                if values:
                    session.execute(update(jobs).where(jobs.c.job_id == job_id).values(**values))


def _told(today: date, candidate_id: UUID) -> list[EventData]:
    """Return what the review of the champions told."""
    warmest = Variable.TEMPERATURE_MAX
    return [
        DriftDetected(
            site_id=SITE_ID,
            variable=warmest,
            of="errors",
            since=today - timedelta(days=9),
            days=9,
            effect_size=0.7,
            reason="Errors grew by 0.7 standard deviations and stayed there for 9 days.",
        ),
        RetrainingRequested(
            site_id=SITE_ID, variables=(warmest,), asked_by="review", reason="The errors drift."
        ),
        ModelRolledBack(
            site_id=SITE_ID,
            variable=Variable.WIND_SPEED_MAX,
            candidate_id=candidate_id,
            rolled_back_candidate_id=uuid4(),
            epoch=99,
            asked_by="review",
            reason="For 10 days worse than the champion before it: that one serves again.",
        ),
    ]


def _end(session: Session, job_id: UUID, *, days_ago: int) -> None:
    ended = datetime.now(UTC) - timedelta(days=days_ago)
    session.execute(
        update(jobs)
        .where(jobs.c.job_id == job_id)
        .values(
            state="done", attempts=1, created_at=ended - timedelta(minutes=2), finished_at=ended
        )
    )

"""Decisions a second: the gate's use case on real artifacts, one contest a site and variable."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benchmarks.train.sites import add_sites, six_years
from registry_gate.decide import Gate, plan_due_decisions
from registry_gate.terms import Thresholds
from shared.adapters.artifacts import Artifact
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import plan_job
from shared.adapters.promotions import current_champion
from shared.adapters.runner import JobRunner, Outcome
from shared.adapters.tables import candidates, contenders, decisions, jobs
from shared.contracts.jobs import JobKind
from shared.errors import ClimateError
from shared.forecasting.cases import PairedCases
from shared.forecasting.families import Family
from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from trainer.modelling.contender import Contender, Task, Workshop
from trainer.modelling.families import FAMILIES

_FAMILY = Family.LINEAR_REGRESSION
#: How much larger the errors of the champion are in the second contest.
_WEAKER = 1.1


@dataclass(frozen=True)
class Decided:
    """What deciding took.

    Attributes
    ----------
    decisions : int
    seconds : float
        From the first gate job to the last commit, one worker.
    """

    decisions: int
    seconds: float

    @property
    def per_second(self) -> float:
        """The rate."""
        return self.decisions / self.seconds


@dataclass(frozen=True)
class Kept:
    """Artifacts by digest, as a worker's disk has them."""

    by_digest: Mapping[str, Artifact]

    def load(self, _uri: str, sha256: str) -> Artifact:
        """Return the artifact of this digest."""
        return self.by_digest[sha256]


def decide_contests(sessions: SessionFactory, n_sites: int) -> list[Decided]:
    """Decide a first contest of every site and variable, then one against the champion."""
    history, _ = six_years()
    made = {
        variable: Workshop(
            Task("bench", variable, history, FAMILIES[_FAMILY], seed=0, git_commit="benchmark")
        ).make_contender(lambda _objective: FAMILIES[_FAMILY].defaults)
        for variable in FORECAST_VARIABLES
    }
    kept = Kept({one.artifact.sha256: one.artifact for one in made.values()})
    with sessions.begin() as session:
        names = add_sites(session, history, n_sites, first=0)
    found = []
    for number in range(2):
        day = history.last_date + timedelta(days=7 * number)
        with sessions.begin() as session:
            for site_id in names:
                _enter(session, site_id, day, made)
        found.append(_decide(sessions, Gate(sessions, kept, Thresholds())))
    return found


def _decide(sessions: SessionFactory, gate: Gate) -> Decided:
    """Do every gate job that is due, one after the other."""
    runner = JobRunner(sessions, worker="benchmark", after_commit=lambda: None)
    with sessions.begin() as session:
        plan_due_decisions(session)
        of_gate = (jobs.c.kind == JobKind.GATE) & (jobs.c.state == "queued")
        job_ids = session.execute(select(jobs.c.job_id).where(of_gate)).scalars().all()
        before = len(session.execute(select(decisions.c.decision_id)).all())
    started = time.perf_counter()
    outcomes = [runner.run(job_id, gate.decide) for job_id in job_ids]
    seconds = time.perf_counter() - started
    if set(outcomes) != {Outcome.DONE}:
        raise ClimateError(f"Not every gate job was done: {set(outcomes)}.")
    with sessions.begin() as session:
        after = session.execute(select(decisions.c.outcome)).scalars().all()
    if set(after) != {"promote"}:
        raise ClimateError(f"Candidates made to be promoted were not: {set(after)}.")
    return Decided(len(after) - before, seconds)


def _enter(session: Session, site_id: str, day: date, made: Mapping[Variable, Contender]) -> None:
    """Write a training of a site, its contenders and the winners, as the trainer does."""
    training_id = plan_job(session, kind=JobKind.TRAIN, site_id=site_id, logical_date=day)
    if training_id is None:
        raise ClimateError(f"{site_id} has a training of {day} already.")
    for variable, contender in made.items():
        champion = current_champion(session, site_id, variable)
        champion_id = champion.candidate_id if champion else None
        row = _contender(training_id, site_id, contender, champion_id)
        session.execute(insert(contenders).values(row))
        session.execute(insert(candidates).values(_candidate(row)))


def _contender(
    training_id: UUID, site_id: str, contender: Contender, champion_id: UUID | None
) -> dict[str, object]:
    document = contender.document
    run_id = uuid4().hex
    return {
        "contender_id": uuid4(),
        "job_id": training_id,
        "training_id": training_id,
        "site_id": site_id,
        "variable": document.variable,
        "family": document.family,
        "recipe": document.recipe.model_dump(mode="json"),
        "metrics": document.metrics,
        "training_seconds": 1.0,
        "train_cutoff": document.lineage.train_cutoff,
        "feature_fingerprint": document.feature_fingerprint,
        "data_hash": document.lineage.data_hash,
        "git_commit": "benchmark",
        "mlflow_run_id": run_id,
        "artifact_uri": f"runs:/{run_id}/model",
        "artifact_sha256": contender.artifact.sha256,
        "cases": contender.cases.to_npz(),
        "champion_candidate_id": champion_id,
        "champion_cases": None if champion_id is None else _weaker(contender.cases).to_npz(),
    }


def _candidate(row: Mapping[str, object]) -> dict[str, object]:
    copied = ("contender_id", "training_id", "site_id", "variable", "family")
    model = {"mlflow_model": f"{row['site_id']}.{row['variable']}", "mlflow_version": "1"}
    return {name: row[name] for name in copied} | model | {"score": 0.5, "contest": {}}


def _weaker(cases: PairedCases) -> PairedCases:
    errors = cases.forecast - cases.observed
    return replace(cases, forecast=cases.observed + _WEAKER * errors)


def rates(found: Sequence[Decided]) -> dict[str, float]:
    """Return the figures: the rate beside a champion, which is the usual case, and without one."""
    first, usual = found
    return {
        "decisions_per_second": round(usual.per_second, 1),
        "decisions_per_second_without_champion": round(first.per_second, 1),
    }

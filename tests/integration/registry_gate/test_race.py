"""Two gate workers after the same candidates: one chain, each decided once, the alias its head.

The jobs, the leases, the record and the mirror are the gate's own; only the judging is made short,
so that the workers meet as often as can be, and MLflow is in memory.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import Row, func, select, update

from registry_gate.decide import plan_due_decisions, record
from registry_gate.evidence import Dossier
from registry_gate.mirror import mirror_promotions
from registry_gate.terms import Judgement, Outcome
from shared.adapters.audit import audit
from shared.adapters.database import SessionFactory, make_engine, make_session_factory
from shared.adapters.ledger import Job
from shared.adapters.runner import Effect, JobRunner
from shared.adapters.tables import candidates, decisions, events, jobs, promotions
from shared.contracts.events import EventType
from shared.contracts.jobs import JobKind
from tests.integration.registry_gate.candidacies import (
    FIRST_TRAINING,
    VARIABLE,
    add_candidates,
    champion_of,
)
from tests.integration.registry_gate.test_mirror import MODEL, FakeRegistry
from tests.support.database import SITE_ID
from tests.support.models import make_cases
from tests.support.weather import made_up_history

CANDIDATES = 500

DOSSIER = Dossier(
    candidate_id=UUID(int=0),
    site_id=SITE_ID,
    variable=VARIABLE,
    artifact_uri="",
    artifact_sha256="",
    feature_fingerprint="",
    train_cutoff=FIRST_TRAINING,
    newest_observed=FIRST_TRAINING,
    metrics={},
    cases=make_cases(made_up_history(), VARIABLE),
    champion_id=None,
    champion_cases=None,
    champion_age_days=None,
)


@dataclass(frozen=True)
class GateWorker:
    """A gate worker with connections of its own, quick to judge: every fourth is rejected."""

    sessions: SessionFactory
    registry: FakeRegistry
    seed: int

    def work_off(self, job_ids: Sequence[UUID]) -> None:
        order = np.random.default_rng(self.seed).permutation(len(job_ids))
        runner = JobRunner(self.sessions, worker=f"gate-{self.seed}", after_commit=lambda: None)
        for number, place in enumerate(order):
            runner.run(job_ids[place], self.decide)
            if number % 10 == 0:
                mirror_promotions(self.sessions, self.registry)

    def decide(self, job: Job) -> Effect:
        of_training = select(candidates.c.candidate_id).where(
            candidates.c.training_id == UUID(job.parameters["training_id"])
        )
        with self.sessions.begin() as session:
            candidate_id = session.execute(of_training).scalar_one()
        champion_id = champion_of(self.sessions)
        dossier = replace(DOSSIER, candidate_id=candidate_id, champion_id=champion_id)
        outcome = Outcome.PROMOTE if candidate_id.int % 4 else Outcome.REJECT
        judged = [(dossier, Judgement(outcome, f"It is number {candidate_id}.", ()))]
        return lambda session: record(session, job, judged)


def waiting(sessions: SessionFactory) -> list[UUID]:
    """Return the gate's jobs that are not done, all of them due now."""
    with sessions.begin() as session:
        plan_due_decisions(session)
        is_waiting = (jobs.c.kind == JobKind.GATE) & (jobs.c.state == "queued")
        session.execute(update(jobs).where(is_waiting).values(not_before=func.now()))
        found = select(jobs.c.job_id).where(is_waiting).order_by(jobs.c.logical_date)
        return list(session.execute(found).scalars())


@pytest.fixture
def registry(database_url: str, sessions: SessionFactory) -> FakeRegistry:
    """Return MLflow's aliases after two workers raced for every candidate until none waited."""
    with sessions.begin() as session:
        add_candidates(session, CANDIDATES)
    aliases = FakeRegistry()
    engines = [make_engine(database_url) for _ in range(2)]
    workers = [
        GateWorker(make_session_factory(engine), aliases, seed)
        for seed, engine in enumerate(engines)
    ]
    with ThreadPoolExecutor(2) as pool:
        while job_ids := waiting(sessions):
            list(pool.map(lambda worker, ids=job_ids: worker.work_off(ids), workers))
    for engine in engines:
        engine.dispose()
    mirror_promotions(sessions, aliases)
    return aliases


def rows(sessions: SessionFactory, statement: Any) -> list[Row[Any]]:  # noqa: ANN401 - any query
    with sessions.begin() as session:
        return list(session.execute(statement).all())


@pytest.mark.slow
@pytest.mark.timeout(1800)  # half a minute where nothing else runs
def test_race_leaves_one_chain_and_the_alias_at_its_head(
    sessions: SessionFactory, registry: FakeRegistry
) -> None:
    with sessions.begin() as session:
        assert audit(session).findings == ()
    decided = rows(sessions, select(decisions.c.candidate_id))
    assert len(decided) == len({row.candidate_id for row in decided}) == CANDIDATES
    assert {row.state for row in rows(sessions, select(jobs.c.state))} == {"done"}
    line = rows(
        sessions,
        select(promotions, candidates.c.mlflow_version)
        .join(candidates, candidates.c.candidate_id == promotions.c.candidate_id)
        .order_by(promotions.c.epoch),
    )
    champions = [row.candidate_id for row in line]
    assert [row.previous_candidate_id for row in line] == [None, *champions[:-1]]
    told = (
        select(events.c.data)
        .where(events.c.type == EventType.MODEL_PROMOTED)
        .order_by(events.c.position)
    )
    assert [row.data["epoch"] for row in rows(sessions, told)] == [row.epoch for row in line]
    assert champion_of(sessions) == champions[-1]
    assert registry.models[MODEL]["champion"] == line[-1].mlflow_version
    assert registry.models[MODEL]["previous"] == line[-2].mlflow_version

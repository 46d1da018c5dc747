"""Candidates with nothing behind them but rows, and the decisions that make champions of them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from registry_gate.ledger import Decided, Decision, write
from shared.adapters.chain import lock_ledger
from shared.adapters.database import SessionFactory
from shared.adapters.promotions import current_champion
from shared.adapters.tables import candidates, contenders, jobs
from shared.contracts.jobs import JobKind
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable
from tests.support.database import SITE_ID

VARIABLE = Variable.TEMPERATURE_MAX
FIRST_TRAINING = date(2020, 1, 1)


def add_candidates(
    session: Session, count: int, *, variable: Variable = VARIABLE, after: int = 0
) -> list[UUID]:
    """Register candidates of trainings a day apart; return their ids, oldest first."""
    numbers = range(after, after + count)
    ids = {number: (uuid4(), uuid4(), uuid4()) for number in numbers}
    session.execute(
        insert(jobs),
        [
            {
                "job_id": ids[number][0],
                "kind": JobKind.TRAIN,
                "site_id": SITE_ID,
                "logical_date": FIRST_TRAINING + timedelta(days=number),
                "part": variable,
                "state": "done",
            }
            for number in numbers
        ],
    )
    session.execute(insert(contenders), [_contender(variable, *ids[n][:2]) for n in numbers])
    session.execute(
        insert(candidates),
        [_candidate(variable, *ids[n]) | {"mlflow_version": str(n + 1)} for n in numbers],
    )
    return [ids[number][2] for number in numbers]


def decide(
    session: Session,
    candidate_id: UUID,
    outcome: Decided = "promote",
    *,
    variable: Variable = VARIABLE,
    criteria: Sequence[Mapping[str, object]] = ({"criterion": "r2", "observed": 0.93},),
    evidence: Mapping[str, object] | None = None,
) -> UUID:
    """Decide about a candidate as the gate would."""
    lock_ledger(session)
    champion = current_champion(session, SITE_ID, variable)
    return write(
        session,
        Decision(
            kind="judgement",
            candidate_id=candidate_id,
            site_id=SITE_ID,
            variable=variable,
            champion_id=champion.candidate_id if champion else None,
            outcome=outcome,
            reason=f"It is number {candidate_id}.",
            criteria=criteria,
            evidence=evidence,
        ),
    )


def promoted(sessions: SessionFactory, count: int, *, variable: Variable = VARIABLE) -> list[UUID]:
    """Promote so many candidates one after the other; return their ids."""
    with sessions.begin() as session:
        ids = add_candidates(session, count, variable=variable)
    for candidate_id in ids:
        with sessions.begin() as session:
            decide(session, candidate_id, variable=variable)
    return ids


def champion_of(sessions: SessionFactory, variable: Variable = VARIABLE) -> UUID | None:
    """Return the champion of the default site."""
    with sessions.begin() as session:
        champion = current_champion(session, SITE_ID, variable)
    return champion.candidate_id if champion else None


def _contender(variable: Variable, training_id: UUID, contender_id: UUID) -> dict[str, object]:
    return {
        "contender_id": contender_id,
        "job_id": training_id,
        "training_id": training_id,
        "site_id": SITE_ID,
        "variable": variable,
        "family": Family.LINEAR_REGRESSION,
        "recipe": {},
        "metrics": {},
        "training_seconds": 1.0,
        "train_cutoff": FIRST_TRAINING,
        "feature_fingerprint": "0" * 64,
        "data_hash": "0" * 64,
        "git_commit": "test",
        "mlflow_run_id": contender_id.hex,
        "artifact_uri": f"runs:/{contender_id.hex}/model",
        "artifact_sha256": "0" * 64,
        "cases": b"",
    }


def _candidate(
    variable: Variable, training_id: UUID, contender_id: UUID, candidate_id: UUID
) -> dict[str, object]:
    return {
        "candidate_id": candidate_id,
        "contender_id": contender_id,
        "training_id": training_id,
        "site_id": SITE_ID,
        "variable": variable,
        "family": Family.LINEAR_REGRESSION,
        "score": 0.5,
        "contest": {},
        "mlflow_model": f"{SITE_ID}.{variable}",
    }

"""The use case: decide about every candidate of a training, with evidence, all or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from registry_gate.evidence import Dossier, undecided
from registry_gate.examination import examine, inputs_for
from registry_gate.judging import judge
from registry_gate.ports import Artifacts
from registry_gate.terms import Judgement, Outcome, Thresholds
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import Job, get_job, plan_job
from shared.adapters.outbox import record_event
from shared.adapters.promotions import current_champion
from shared.adapters.runner import Effect, no_effect
from shared.adapters.tables import candidates, decisions, promotions
from shared.contracts.events import CandidateRejected, ModelPromoted
from shared.contracts.jobs import JobKind
from shared.errors import ClimateError

log = structlog.get_logger()


class ChampionChanged(ClimateError):
    """Another decision changed the champion while this one was made: it is made again."""


@dataclass(frozen=True)
class Gate:
    """Decides about candidates.

    Attributes
    ----------
    sessions : SessionFactory
        Transactions on the system's database.
    artifacts : Artifacts
        Where the candidates' artifacts are.
    thresholds : Thresholds
        What a candidate must reach.
    """

    sessions: SessionFactory
    artifacts: Artifacts
    thresholds: Thresholds

    def decide(self, job: Job) -> Effect:
        """Judge the candidates of the training a gate job names; the effect records it all."""
        with self.sessions.begin() as session:
            dossiers = undecided(session, UUID(job.parameters["training_id"]))
            if not dossiers:
                return no_effect
            known = inputs_for(session, dossiers)
        judged = []
        for dossier in dossiers:
            job.report(f"judging {dossier.variable}")
            evidence = dossier.evidence(examine(self.artifacts, dossier, known))
            judged.append((dossier, judge(evidence, self.thresholds)))
        return lambda session: record(session, job, judged)


def plan_due_decisions(session: Session) -> None:
    """Plan a gate job for every training that has candidates without a decision."""
    waiting = session.execute(
        select(candidates.c.training_id)
        .distinct()
        .outerjoin(decisions, decisions.c.candidate_id == candidates.c.candidate_id)
        .where(decisions.c.decision_id.is_(None))
    ).scalars()
    for training_id in waiting:
        training = get_job(session, training_id)
        plan_job(
            session,
            kind=JobKind.GATE,
            site_id=training.site_id,
            logical_date=training.logical_date,
            run=training.run,
            parent=training,
            parameters={"training_id": str(training_id)},
        )


def record(session: Session, job: Job, judged: Sequence[tuple[Dossier, Judgement]]) -> None:
    """Write decisions, promotions and their events, one site and variable at a time.

    Raises
    ------
    ChampionChanged
        The evidence is against a champion that is no longer one; nothing is written.
    """
    for dossier, judgement in judged:
        _lock(session, dossier)
        decision_id = _record_decision(session, job, dossier, judgement)
        announce = _promote if judgement.outcome is Outcome.PROMOTE else _keep_champion
        announce(session, job, dossier, judgement, decision_id)
        log.info(
            "decision made",
            variable=dossier.variable,
            outcome=judgement.outcome,
            candidate_id=str(dossier.candidate_id),
            reason=judgement.reason,
        )


def _lock(session: Session, dossier: Dossier) -> None:
    """Serialise decisions about a site and variable, and see that the evidence still stands."""
    key = func.hashtextextended(f"{dossier.site_id}/{dossier.variable}", 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))
    champion = current_champion(session, dossier.site_id, dossier.variable)
    if (champion.candidate_id if champion else None) != dossier.champion_id:
        message = f"The champion of {dossier.site_id}/{dossier.variable} changed; judging again."
        raise ChampionChanged(message)


def _record_decision(session: Session, job: Job, dossier: Dossier, judgement: Judgement) -> UUID:
    statement = (
        insert(decisions)
        .values(
            candidate_id=dossier.candidate_id,
            job_id=job.job_id,
            site_id=dossier.site_id,
            variable=dossier.variable,
            champion_candidate_id=dossier.champion_id,
            outcome=judgement.outcome,
            reason=judgement.reason,
            criteria=[finding.as_json() for finding in judgement.findings],
        )
        .returning(decisions.c.decision_id)
    )
    decision_id: UUID = session.execute(statement).scalar_one()
    return decision_id


Announce = Callable[[Session, Job, Dossier, Judgement, UUID], None]


def _promote(
    session: Session, job: Job, dossier: Dossier, _judgement: Judgement, decision_id: UUID
) -> None:
    statement = (
        insert(promotions)
        .values(
            site_id=dossier.site_id,
            variable=dossier.variable,
            candidate_id=dossier.candidate_id,
            previous_candidate_id=dossier.champion_id,
            kind="promote",
            decision_id=decision_id,
        )
        .returning(promotions.c.epoch)
    )
    promoted = ModelPromoted(
        site_id=dossier.site_id,
        variable=dossier.variable,
        candidate_id=dossier.candidate_id,
        decision_id=decision_id,
        epoch=session.execute(statement).scalar_one(),
        previous_candidate_id=dossier.champion_id,
    )
    record_event(session, promoted, correlation_id=job.correlation_id)


def _keep_champion(
    session: Session, job: Job, dossier: Dossier, judgement: Judgement, decision_id: UUID
) -> None:
    rejected = CandidateRejected(
        site_id=dossier.site_id,
        variable=dossier.variable,
        candidate_id=dossier.candidate_id,
        decision_id=decision_id,
        outcome=("inconclusive" if judgement.outcome is Outcome.INCONCLUSIVE else "reject"),
        reason=judgement.reason,
    )
    record_event(session, rejected, correlation_id=job.correlation_id)

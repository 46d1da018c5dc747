"""Writing the ledger: a decision with its evidence, the promotion and the event that follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID, uuid4

import structlog
from sqlalchemy.orm import Session

from shared.adapters.chain import append_to_ledger
from shared.adapters.ledger import Job
from shared.adapters.outbox import record_event
from shared.adapters.tables import decisions, promotions
from shared.contracts.events import CandidateRejected, EventData, ModelPromoted, ModelRolledBack
from shared.contracts.queues import Service
from shared.forecasting.variables import Variable

Kind = Literal["judgement", "approval", "rollback"]
Decided = Literal["promote", "reject", "inconclusive", "propose", "roll_back"]

log = structlog.get_logger()


class Approval(StrEnum):
    """The setting `CLIMATE_GATE_APPROVAL`: who has the last word on a promotion."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"  # what passes waits for `climate approve`


@dataclass(frozen=True)
class Decision:
    """What is decided about a candidate, before it is written.

    Attributes
    ----------
    champion_id : UUID or None
        The champion at the time of the decision.
    asked_by : str
        Who or what asked for it.
    criteria : sequence of mappings
        Findings as JSON, for a judgement.
    evidence : mapping or None
        What else it was made from, as JSON.
    job : Job or None
        The job it is made in; the event continues its chain.
    """

    kind: Kind
    candidate_id: UUID
    site_id: str
    variable: Variable
    champion_id: UUID | None
    outcome: Decided
    reason: str
    asked_by: str = Service.REGISTRY_GATE
    criteria: Sequence[Mapping[str, Any]] = ()
    evidence: Mapping[str, Any] | None = None
    job: Job | None = None


def write(session: Session, decision: Decision) -> UUID:
    """Write a decision with all that follows from it; return its id.

    The caller holds the lock of the ledger and has seen that the champion is the one named.
    """
    decision_id: UUID = append_to_ledger(
        session,
        decisions,
        kind=decision.kind,
        candidate_id=decision.candidate_id,
        job_id=decision.job.job_id if decision.job else None,
        site_id=decision.site_id,
        variable=decision.variable,
        champion_candidate_id=decision.champion_id,
        asked_by=decision.asked_by,
        outcome=decision.outcome,
        reason=decision.reason,
        criteria=list(decision.criteria),
        evidence=decision.evidence,
    ).decision_id
    fact = _consequence(session, decision, decision_id)
    if fact is not None:
        correlation_id = decision.job.correlation_id if decision.job else uuid4()
        record_event(session, fact, correlation_id=correlation_id)
    log.info(
        "decision made",
        site_id=decision.site_id,
        variable=decision.variable,
        outcome=decision.outcome,
        candidate_id=str(decision.candidate_id),
        asked_by=decision.asked_by,
        reason=decision.reason,
    )
    return decision_id


def _consequence(session: Session, decision: Decision, decision_id: UUID) -> EventData | None:
    if decision.outcome == "promote":
        return ModelPromoted(
            site_id=decision.site_id,
            variable=decision.variable,
            candidate_id=decision.candidate_id,
            decision_id=decision_id,
            epoch=_crown(session, decision, decision_id),
            previous_candidate_id=decision.champion_id,
        )
    if decision.outcome == "roll_back" and decision.champion_id is not None:
        return ModelRolledBack(
            site_id=decision.site_id,
            variable=decision.variable,
            candidate_id=decision.candidate_id,
            rolled_back_candidate_id=decision.champion_id,
            epoch=_crown(session, decision, decision_id),
            asked_by=decision.asked_by,
            reason=decision.reason,
        )
    if decision.outcome in {"reject", "inconclusive"}:
        return CandidateRejected(
            site_id=decision.site_id,
            variable=decision.variable,
            candidate_id=decision.candidate_id,
            decision_id=decision_id,
            outcome="inconclusive" if decision.outcome == "inconclusive" else "reject",
            reason=decision.reason,
        )
    return None  # a proposal changes nothing until a person has spoken


def _crown(session: Session, decision: Decision, decision_id: UUID) -> int:
    """Make the candidate of a decision the champion, under an epoch of its own."""
    epoch: int = append_to_ledger(
        session,
        promotions,
        site_id=decision.site_id,
        variable=decision.variable,
        candidate_id=decision.candidate_id,
        previous_candidate_id=decision.champion_id,
        kind="rollback" if decision.outcome == "roll_back" else "promote",
        decision_id=decision_id,
    ).epoch
    return epoch

"""The use case: a person approves or declines a candidate that passed the gate and waits."""

from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from registry_gate.ledger import Decision, write
from shared.adapters.chain import lock_ledger
from shared.adapters.ledger import Job
from shared.adapters.proposals import find_proposal
from shared.adapters.runner import Effect

Word = Literal["promote", "reject"]


def conclude(
    session: Session, candidate_id: UUID, word: Word, *, reason: str, asked_by: str, job: Job
) -> UUID:
    """Promote what was proposed, or decline it; return the decision's id.

    Raises
    ------
    DecisionRefused
        Nothing is proposed of this candidate, it was decided about before, or the champion it was
        compared with is no longer the champion.
    """
    lock_ledger(session)
    proposal = find_proposal(session, candidate_id, standing=word == "promote")
    return write(
        session,
        Decision(
            kind="approval",
            candidate_id=candidate_id,
            site_id=proposal.site_id,
            variable=proposal.variable,
            champion_id=proposal.champion_id,
            outcome=word,
            reason=reason,
            asked_by=asked_by,
            evidence={"proposed_by": str(proposal.decision_id)},
            job=job,
        ),
    )


def conclude_as_asked(job: Job) -> Effect:
    """Do what an approve job asks for."""
    asked = job.parameters

    def effect(session: Session) -> None:
        conclude(
            session,
            UUID(asked["candidate_id"]),
            "promote" if asked["word"] == "promote" else "reject",
            reason=asked["reason"],
            asked_by=asked["asked_by"],
            job=job,
        )

    return effect

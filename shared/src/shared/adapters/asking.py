"""Asking the gate for what only it may do: written down as jobs, by people and programs alike.

What cannot be done as things stand is refused at once; the gate looks again before it acts.
"""

from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from shared.adapters.database import database_now
from shared.adapters.ledger import request_job
from shared.adapters.promotions import rollback_target
from shared.adapters.proposals import find_proposal
from shared.contracts.jobs import JobKind
from shared.forecasting.variables import Variable


def ask_for_rollback(
    session: Session,
    site_id: str,
    variable: Variable,
    *,
    to: UUID | None = None,
    asked_by: str,
    reason: str,
) -> UUID:
    """Ask that an earlier champion serves again; return the job's id.

    Parameters
    ----------
    to : UUID, optional
        The candidate to go back to; the champion before the present one if not given.
    asked_by : str
        Who asks, for the record.

    Raises
    ------
    DecisionRefused
        There is none to go back to, or it was never the champion.
    """
    _, target = rollback_target(session, site_id, variable, to)
    return request_job(
        session,
        kind=JobKind.ROLL_BACK,
        site_id=site_id,
        logical_date=database_now(session).date(),
        part=variable,
        # Named, so that whoever asks twice does not go back two steps.
        parameters={"to": str(target), "asked_by": asked_by, "reason": reason},
    )


def ask_for_conclusion(
    session: Session,
    candidate_id: UUID,
    word: Literal["promote", "reject"],
    *,
    asked_by: str,
    reason: str,
) -> UUID:
    """Ask that a proposed candidate is promoted, or declined; return the job's id.

    Raises
    ------
    DecisionRefused
        Nothing is proposed of it, or it no longer stands.
    """
    proposal = find_proposal(session, candidate_id, standing=word == "promote")
    return request_job(
        session,
        kind=JobKind.APPROVE,
        site_id=proposal.site_id,
        logical_date=database_now(session).date(),
        part=proposal.variable,
        parameters={
            "candidate_id": str(candidate_id),
            "word": word,
            "asked_by": asked_by,
            "reason": reason,
        },
    )

"""The use case: take a champion back, and let an earlier one serve again."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from registry_gate.ledger import Decision, write
from shared.adapters.chain import lock_ledger
from shared.adapters.ledger import Job
from shared.adapters.promotions import rollback_target
from shared.adapters.runner import Effect
from shared.forecasting.variables import Variable


def roll_back(  # noqa: PLR0913 - what the record says of it, all by keyword
    session: Session,
    site_id: str,
    variable: Variable,
    *,
    to: UUID | None = None,
    asked_by: str,
    reason: str,
    evidence: Mapping[str, Any] | None = None,
    job: Job | None = None,
) -> UUID:
    """Make an earlier champion the champion again, under a new epoch; return the decision's id.

    To be called in the transaction of whatever asks for it; no other decision comes between.

    Parameters
    ----------
    to : UUID, optional
        The candidate to go back to; the champion before this one if not given.
    asked_by : str
        Who or what asked: a person's name, or the part of the system.
    reason : str
        One sentence, for the record.
    evidence : mapping, optional
        What it follows from, as JSON.
    job : Job, optional
        The job that asks; the event continues its chain.

    Raises
    ------
    DecisionRefused
        There is none to go back to, or it was never the champion.
    """
    lock_ledger(session)
    champion_id, target = rollback_target(session, site_id, variable, to)
    return write(
        session,
        Decision(
            kind="rollback",
            candidate_id=target,
            site_id=site_id,
            variable=variable,
            champion_id=champion_id,
            outcome="roll_back",
            reason=reason,
            asked_by=asked_by,
            evidence=evidence,
            job=job,
        ),
    )


def roll_back_as_asked(job: Job) -> Effect:
    """Do what a roll-back job asks for."""
    asked = job.parameters
    to = UUID(asked["to"]) if asked.get("to") else None

    def effect(session: Session) -> None:
        roll_back(
            session,
            job.site_id,
            Variable(job.part),
            to=to,
            asked_by=asked["asked_by"],
            reason=asked["reason"],
            job=job,
        )

    return effect

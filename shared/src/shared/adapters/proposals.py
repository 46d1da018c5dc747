"""What waits for a person: candidates that passed the gate where promotions need approval."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session

from shared.adapters.promotions import current_champion
from shared.adapters.tables import decisions
from shared.errors import DecisionRefused
from shared.forecasting.variables import Variable


@dataclass(frozen=True)
class Proposal:
    """A candidate the gate would promote.

    Attributes
    ----------
    decision_id : UUID
        The judgement that proposes it.
    champion_id : UUID or None
        The champion it was compared with.
    """

    decision_id: UUID
    candidate_id: UUID
    site_id: str
    variable: Variable
    champion_id: UUID | None
    reason: str
    proposed_at: datetime


def list_proposals(session: Session) -> list[Proposal]:
    """Return what waits for a person and still stands, oldest first."""
    proposed = [_to_proposal(row) for row in session.execute(_waiting())]
    return [proposal for proposal in proposed if _stands(session, proposal)]


def find_proposal(session: Session, candidate_id: UUID, *, standing: bool) -> Proposal:
    """Return the proposal of a candidate that nobody has decided about.

    Parameters
    ----------
    standing : bool
        Whether it must still stand: compared with what is champion now.

    Raises
    ------
    DecisionRefused
        There is none, or it does not stand.
    """
    row = session.execute(_waiting().where(decisions.c.candidate_id == candidate_id)).one_or_none()
    if row is None:
        raise DecisionRefused(
            f"Nothing is proposed of candidate {candidate_id}; `climate approve` lists what is."
        )
    proposal = _to_proposal(row)
    if standing and not _stands(session, proposal):
        raise DecisionRefused(
            f"The champion of {proposal.site_id}/{proposal.variable} has changed since candidate "
            f"{candidate_id} was compared with it: decline it, and let the next training compete."
        )
    return proposal


def _waiting() -> Select[tuple[object, ...]]:
    concluded = decisions.alias("concluded")
    of_the_same = and_(
        concluded.c.candidate_id == decisions.c.candidate_id, concluded.c.kind == "approval"
    )
    return (
        select(decisions)
        .where(
            decisions.c.outcome == "propose",
            ~select(concluded.c.decision_id).where(of_the_same).exists(),
        )
        .order_by(decisions.c.decided_at)
    )


def _stands(session: Session, proposal: Proposal) -> bool:
    champion = current_champion(session, proposal.site_id, proposal.variable)
    return (champion.candidate_id if champion else None) == proposal.champion_id


def _to_proposal(row: Row[tuple[object, ...]]) -> Proposal:
    return Proposal(
        decision_id=row.decision_id,
        candidate_id=row.candidate_id,
        site_id=row.site_id,
        variable=Variable(row.variable),
        champion_id=row.champion_candidate_id,
        reason=row.reason,
        proposed_at=row.decided_at,
    )

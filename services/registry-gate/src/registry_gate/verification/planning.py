"""What is due: verification wherever something became known since the last one."""

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from shared.adapters.ledger import plan_job
from shared.adapters.tables import observations
from shared.adapters.verification_tables import verified
from shared.contracts.jobs import JobKind


def plan_due_verifications(session: Session) -> None:
    """Plan to verify every site of which something became known since it was last verified.

    Sites without any forecast are not among them. A job is known by how far it reaches, so the
    same news is never planned twice.
    """
    newest = (
        select(observations.c.valid_date, observations.c.known_at)
        .where(
            observations.c.site_id == verified.c.site_id,
            observations.c.known_at > verified.c.known_at,
        )
        .order_by(observations.c.known_at.desc())
        .limit(1)
        .correlate(verified)
        .lateral("newest")
    )
    due = select(verified.c.site_id, newest.c.valid_date, newest.c.known_at).join(newest, true())
    for row in session.execute(due):
        plan_job(
            session,
            kind=JobKind.VERIFY,
            site_id=row.site_id,
            logical_date=row.valid_date,
            part=row.known_at.isoformat(),
        )

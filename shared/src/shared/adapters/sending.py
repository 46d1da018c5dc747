"""Sending jobs: which messages are missing, seen from the ledger.

Asked on every tick. A message is missing if none was sent, if the last one led to no claim for
`RESEND_AFTER`, if the worker that claimed it let its lease run out, or if the broker has lost its
memory.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from shared.adapters.ledger import UNFINISHED, is_free
from shared.adapters.tables import jobs
from shared.contracts.jobs import JOBS, RESEND_AFTER, JobKind
from shared.contracts.queues import Service

_NOW = func.clock_timestamp()


def take_sendable(
    session: Session, service: Service, *, limit: int = 500
) -> dict[JobKind, list[UUID]]:
    """Return the jobs whose message is missing, oldest first, and note them as sent."""
    kinds = _kinds_of(service)
    _bury_exhausted(session, kinds)
    unsent = or_(
        jobs.c.sent_at.is_(None),
        jobs.c.sent_at < _NOW - RESEND_AFTER,
        jobs.c.sent_at < jobs.c.lease_until,
    )
    ids = (
        select(jobs.c.job_id)
        .where(jobs.c.kind.in_(kinds), is_free(), unsent)
        .order_by(jobs.c.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(jobs)
        .where(jobs.c.job_id.in_(ids))
        .values(sent_at=_NOW)
        .returning(jobs.c.job_id, jobs.c.kind, jobs.c.created_at)
    )
    sendable: dict[JobKind, list[UUID]] = {}
    for row in sorted(session.execute(statement), key=lambda row: row.created_at):
        sendable.setdefault(JobKind(row.kind), []).append(row.job_id)
    return sendable


def forget_sent(session: Session, service: Service) -> None:
    """Take every message about a service's jobs for lost: the broker has lost its memory."""
    session.execute(
        update(jobs)
        .where(jobs.c.kind.in_(_kinds_of(service)), jobs.c.state.in_(UNFINISHED))
        .values(sent_at=None)
    )


def _bury_exhausted(session: Session, kinds: Iterable[JobKind]) -> None:
    """Bury jobs whose worker died in the last attempt: they kill workers, they may not go on."""
    for kind in kinds:
        session.execute(
            update(jobs)
            .where(
                jobs.c.kind == kind,
                jobs.c.state == "running",
                jobs.c.lease_until < _NOW,
                jobs.c.attempts >= JOBS[kind].max_attempts,
            )
            .values(
                state="dead",
                finished_at=_NOW,
                last_error="the worker died in every attempt, without a word",
            )
        )


def _kinds_of(service: Service) -> list[JobKind]:
    return [kind for kind, policy in JOBS.items() if policy.service == service]

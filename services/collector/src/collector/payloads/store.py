"""Keeps each answer of a source as it came, compressed, in a transaction of its own."""

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from collector.ports import Clock, Outcome, Payload, utc_now
from shared.adapters.database import SessionFactory
from shared.adapters.tables import payloads, quality_findings

# JSON of numbers shrinks to a third at once; the higher levels gain a tenth for ten times the time.
_COMPRESSION_LEVEL = 1
_AT_A_TIME = 1000


@dataclass(frozen=True)
class SqlPayloadStore:
    """Keeps payloads in the system's database.

    Attributes
    ----------
    now : Clock
        By which answers are dated, and so counted against the source's budget.
    """

    sessions: SessionFactory
    now: Clock = utc_now

    def keep(self, payload: Payload) -> int:
        """Store an answer in a transaction of its own; return its id."""
        statement = (
            insert(payloads)
            .values(
                source=payload.source,
                url=payload.url,
                fetched_at=self.now(),
                outcome=payload.outcome,
                status=payload.status,
                weight=payload.weight,
                site_ids=list(payload.site_ids),
                first_date=payload.first,
                last_date=payload.last,
                problem=payload.problem,
                **_stored_body(payload.body),
            )
            .returning(payloads.c.payload_id)
        )
        with self.sessions.begin() as session:
            payload_id: int = session.execute(statement).scalar_one()
        return payload_id

    def note_problem(self, payload_id: int, outcome: Outcome, problem: str) -> None:
        """Write down what turned out to be wrong when a stored answer was read."""
        statement = update(payloads).where(payloads.c.payload_id == payload_id)
        with self.sessions.begin() as session:
            session.execute(statement.values(outcome=outcome, problem=problem))


def stored_body(session: Session, payload_id: int) -> bytes | None:
    """Return an answer as it came; None once its time is over.

    Raises
    ------
    ValueError
        It is not what was stored: its hash is another.
    """
    query = select(payloads.c.body, payloads.c.sha256).where(payloads.c.payload_id == payload_id)
    row = session.execute(query).one()
    if row.body is None:
        return None
    body = zlib.decompress(row.body)
    if hashlib.sha256(body).hexdigest() != row.sha256:
        raise ValueError(f"payload {payload_id} was damaged in the database")
    return body


def expire_payloads(session: Session, *, before: datetime) -> int:
    """Empty the answers from before a time, some at a time; return how many.

    What is known of them stays, and so does an answer with a value in quarantine: whoever decides
    about it may want to see it.
    """
    is_wanted = exists().where(
        quality_findings.c.payload_id == payloads.c.payload_id, quality_findings.c.state == "held"
    )
    old = (
        select(payloads.c.payload_id)
        .where(payloads.c.fetched_at < before, payloads.c.body.is_not(None), ~is_wanted)
        .order_by(payloads.c.fetched_at)
        .limit(_AT_A_TIME)
        .with_for_update(skip_locked=True)
    )
    statement = update(payloads).where(payloads.c.payload_id.in_(old)).values(body=None)
    return len(session.execute(statement.returning(payloads.c.payload_id)).all())


def _stored_body(body: bytes | None) -> dict[str, object]:
    if body is None:
        return {"body": None, "sha256": None}
    return {
        "body": zlib.compress(body, _COMPRESSION_LEVEL),
        "sha256": hashlib.sha256(body).hexdigest(),
    }

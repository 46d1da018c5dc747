"""The circuit breaker: a source that keeps failing is left alone, then tried by one call.

There is no state but the answers kept: failures in a row are read from them, so every collector,
the dashboard and a restarted process see the same circuit.
"""

from sqlalchemy import select

from collector.ports import Outcome
from shared.adapters.database import SessionFactory
from shared.adapters.tables import payloads
from shared.contracts.circuit import FAILURES_TO_OPEN, Circuit

_LOOKED_AT = FAILURES_TO_OPEN + 10


def read_circuit(sessions: SessionFactory, source: str) -> Circuit:
    """Return a source's circuit as the answers kept tell it."""
    newest = (
        select(payloads.c.outcome, payloads.c.fetched_at)
        .where(payloads.c.source == source)
        .order_by(payloads.c.payload_id.desc())
        .limit(_LOOKED_AT)
    )
    with sessions.begin() as session:
        rows = session.execute(newest).all()
    failures = 0
    while failures < len(rows) and rows[failures].outcome == Outcome.UNAVAILABLE:
        failures += 1
    return Circuit(failures, rows[0].fetched_at) if failures else Circuit()

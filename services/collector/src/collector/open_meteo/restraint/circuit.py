"""The circuit breaker: a source that keeps failing is left alone, then tried by one call.

There is no state but the answers kept: failures in a row are read from them, so every collector,
the dashboard and a restarted process see the same circuit.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from collector.ports import Outcome
from shared.adapters.database import SessionFactory
from shared.adapters.tables import payloads

#: So many failures in a row open the circuit.
FAILURES_TO_OPEN = 5
#: How long it then stays open; doubled with every further failure.
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)

_LOOKED_AT = FAILURES_TO_OPEN + 10


@dataclass(frozen=True)
class Circuit:
    """How a source has behaved lately.

    Attributes
    ----------
    failures : int
        Requests in a row, up to now, that got no usable answer.
    failed_at : datetime or None
        When the last of them did.
    """

    failures: int = 0
    failed_at: datetime | None = None

    @property
    def left_alone_until(self) -> datetime | None:
        """When the next call may try; None for a source that may be asked."""
        if self.failed_at is None or self.failures < FAILURES_TO_OPEN:
            return None
        pause = FIRST_PAUSE * 2.0 ** (self.failures - FAILURES_TO_OPEN)
        return self.failed_at + min(pause, LONGEST_PAUSE)

    def failed(self, now: datetime) -> "Circuit":
        """Return the circuit after one more failure."""
        return Circuit(self.failures + 1, now)


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

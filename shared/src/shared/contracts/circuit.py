"""When a source that keeps failing is left alone, and when it is tried again.

The collector goes by it, the API shows it; both read it from the answers kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

#: So many failures in a row open the circuit.
FAILURES_TO_OPEN = 5
#: How long it then stays open; doubled with every further failure.
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)


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

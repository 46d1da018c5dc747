"""One request at a time: whoever holds the lock of a source may ask it.

The lock is PostgreSQL's, held by a transaction: it ends with its holder, however that ends, and
those who wait are served in order.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from collector.errors import SourceUnavailable
from shared.adapters.database import SessionFactory

_LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's code for a lock that was waited for too long
_BUSY_PAUSE = timedelta(seconds=20)


@dataclass(frozen=True)
class Turns:
    """Turns at asking one source, over all collectors of a database.

    Attributes
    ----------
    longest_wait : timedelta
        How long to stand in the queue.
    """

    sessions: SessionFactory
    source: str
    longest_wait: timedelta = timedelta(minutes=2)

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for the turn and hold it.

        Raises
        ------
        SourceUnavailable
            The queue is too long for now.
        """
        with self.sessions.begin() as session:
            self._wait(session)
            yield

    def _wait(self, session: Session) -> None:
        milliseconds = int(self.longest_wait.total_seconds() * 1000)
        session.execute(text(f"SET LOCAL lock_timeout = {milliseconds}"))
        session.execute(text("SET LOCAL statement_timeout = 0"))
        try:
            session.execute(select(func.pg_advisory_xact_lock(_lock_of(self.source))))
        except OperationalError as error:
            if getattr(error.orig, "pgcode", None) != _LOCK_NOT_AVAILABLE:
                raise
            message = f"{self.source} is being asked by others all the time: trying again soon."
            raise SourceUnavailable(message, retry_soon=False, retry_after=_BUSY_PAUSE) from error


def _lock_of(source: str) -> int:
    """Return the number of a source's lock, the same in every process."""
    digest = hashlib.sha256(f"climate turn {source}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)

"""What came of it: forecasts that were issued, how they turned out, the work at hand; and the port.

The pages tell of it; of how forecasts turned out the API tells as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from shared.contracts.jobs import JobKind
from shared.contracts.queues import Service
from shared.forecasting.variables import Variable
from shared.forecasting.verification import Verified


@dataclass(frozen=True)
class Earlier:
    """What an earlier forecast of a variable said, from which reference date."""

    reference_date: date
    by_day: Sequence[tuple[date, float]]


@dataclass(frozen=True)
class LastRun:
    """When a kind of work was last done, for whichever site, and how long it took."""

    kind: JobKind
    site: str
    finished_at: datetime
    took: timedelta


@dataclass(frozen=True)
class Backlog:
    """The work of a queue that is not done."""

    service: Service
    queued: int = 0
    running: int = 0
    dead: int = 0
    oldest_at: datetime | None = None


@dataclass(frozen=True)
class Task:
    """A job that is being done, or that was given up."""

    kind: JobKind
    site: str
    part: str
    state: str
    worker: str | None
    text: str | None
    attempts: int
    since: datetime


@dataclass(frozen=True)
class Work:
    """The whole system at work, of all sites.

    Attributes
    ----------
    running, dead : sequence of Task
        The newest of them.
    trained_on : date or None
        Logical date of the newest training of the site that was asked about.
    """

    backlogs: Sequence[Backlog]
    running: Sequence[Task]
    dead: Sequence[Task]
    last_runs: Sequence[LastRun]
    trained_on: date | None


class Chronicle(Protocol):
    """Reads what came of it; every method raises `RecordUnavailable` while PostgreSQL is away."""

    def earlier(self, site_id: str, before: date) -> Mapping[Variable, Earlier]:
        """Return the newest forecast of each variable from a reference date before another."""
        ...

    def verified(self, site_id: str, variable: Variable, since: date) -> Verified:
        """Return what was forecast for the days since one, and what came."""
        ...

    def work(self, site_id: str) -> Work:
        """Return what is being done, was done, and could not be done."""
        ...

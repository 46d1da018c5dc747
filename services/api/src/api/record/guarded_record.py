"""The record, asked for only while the database is known to answer.

Without this, every page asked for during an outage would hold a thread until the connection times
out. The reloading thread notices within seconds when the database is back.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from api.answers.problems import RecordUnavailable
from api.answers.record import (
    DecisionAnswer,
    DecisionQuery,
    EventQuery,
    JobAnswer,
    JobState,
    LoggedEvent,
    ModelRecord,
    Record,
    ReviewAnswer,
    ReviewQuery,
)
from api.serving.state import Link
from shared.adapters.data_quality.report import DataQuality
from shared.adapters.ticks import Tick
from shared.contracts.jobs import JobKind
from shared.contracts.sites import Site
from shared.forecasting.variables import Variable

T = TypeVar("T")


class GuardedRecord:
    """A record that says at once when it cannot be read.

    Parameters
    ----------
    record : Record
        Where it is read.
    database : Link
        What is known of the database.
    """

    def __init__(self, record: Record, database: Link) -> None:
        self._record = record
        self._database = database

    def decisions(self, query: DecisionQuery) -> Sequence[DecisionAnswer]:
        """Return decisions, newest first."""
        return self._read(lambda: self._record.decisions(query))

    def reviews(self, query: ReviewQuery) -> Sequence[ReviewAnswer]:
        """Return reviews of whole days, newest first: at least `limit`, where there are so many."""
        return self._read(lambda: self._record.reviews(query))

    def events(self, query: EventQuery) -> Sequence[LoggedEvent]:
        """Return events, newest first."""
        return self._read(lambda: self._record.events(query))

    def model_record(self, site_id: str, variable: Variable) -> ModelRecord:
        """Return the newest contest and the promotions of a site and variable."""
        return self._read(lambda: self._record.model_record(site_id, variable))

    def jobs(self, site_id: str) -> Sequence[JobAnswer]:
        """Return the newest job of each kind of a site."""
        return self._read(lambda: self._record.jobs(site_id))

    def jobs_mark(self) -> str:
        """Return what changes whenever any job moves."""
        return self._read(self._record.jobs_mark)

    def ticks(self) -> Sequence[Tick]:
        """Return the last tick each worker answered."""
        return self._read(self._record.ticks)

    def queue_lengths(self) -> Mapping[tuple[JobKind, JobState], int]:
        """Return how many jobs of each kind are not done."""
        return self._read(self._record.queue_lengths)

    def live_skill(self) -> Mapping[tuple[str, Variable, str], float]:
        """Return what each champion saves, by the newest review."""
        return self._read(self._record.live_skill)

    def data_quality(
        self, sites: Sequence[Site], now: datetime, *, by_month: bool = False
    ) -> DataQuality:
        """Return how good the data of some sites is."""
        return self._read(lambda: self._record.data_quality(sites, now, by_month=by_month))

    def _read(self, read: Callable[[], T]) -> T:
        if self._database.error is not None:
            raise RecordUnavailable
        try:
            return read()
        except SQLAlchemyError as error:
            raise RecordUnavailable from error

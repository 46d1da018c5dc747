"""Orders and keys in PostgreSQL: each one transaction, by what the command line uses."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.answers.orders import RollbackOrder, TaskAnswer, steps_of
from api.answers.problems import OrderRefused, RecordUnavailable, SiteNotFound, TaskNotFound
from api.serving.state import Link
from shared.adapters.asking import ask_for_rollback
from shared.adapters.database import SessionFactory
from shared.adapters.keys import KnownKey, recognise
from shared.adapters.ledger import request_job
from shared.adapters.site_states import lock_site, register_site, remove_site
from shared.adapters.tables import jobs
from shared.contracts.jobs import JobKind
from shared.contracts.keys import ApiKey
from shared.contracts.provenance import Provenance
from shared.contracts.schedule import complete_date
from shared.contracts.sites import Site, SiteState
from shared.errors import ClimateError, SiteUnknown


class PostgresOrders:
    """Takes orders.

    Parameters
    ----------
    database : Link
        What is known of the database: while it is away, that is said at once.
    """

    def __init__(
        self, sessions: SessionFactory, database: Link, now: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._database = database
        self._now = now

    def recognise(self, key: ApiKey) -> KnownKey | None:
        """Return what is known of a key that is in use."""
        with self._transaction() as session:
            return recognise(session, key)

    def add_site(self, site: Site) -> Site:
        """Add a site, or take a removed one up again."""
        with self._transaction() as session:
            return register_site(session, site).site

    def remove_site(self, site_id: str) -> Site:
        """Take a site out of every list."""
        with self._transaction() as session:
            return remove_site(session, site_id).site

    def collect(self, site_id: str) -> UUID:
        """Ask for a collection of a site."""
        with self._transaction() as session:
            site = _active(session, site_id)
            if site.provenance is Provenance.IMPORTED:
                raise OrderRefused(f"The observations of {site_id!r} are imported, not collected.")
            day = complete_date(self._now(), site.timezone)
            return request_job(session, kind=JobKind.COLLECT, site_id=site_id, logical_date=day)

    def train(self, site_id: str) -> UUID:
        """Ask for a training of a site."""
        with self._transaction() as session:
            _active(session, site_id)
            day = self._now().date()
            return request_job(session, kind=JobKind.TRAIN, site_id=site_id, logical_date=day)

    def roll_back(self, order: RollbackOrder, *, asked_by: str) -> UUID:
        """Ask that an earlier champion serves again."""
        with self._transaction() as session:
            lock_site(session, order.site)
            return ask_for_rollback(
                session,
                order.site,
                order.variable,
                to=order.to,
                asked_by=asked_by,
                reason=order.reason,
            )

    def task(self, task_id: UUID) -> TaskAnswer:
        """Return how far a task is."""
        with self._transaction() as session:
            row = session.execute(select(jobs).where(jobs.c.job_id == task_id)).mappings().first()
            if row is None:
                raise TaskNotFound(f"There is no task {task_id}.")
            states = session.execute(
                select(jobs.c.state, func.count().label("number"))
                .where(jobs.c.correlation_id == row["correlation_id"])
                .group_by(jobs.c.state)
            )
            steps, is_finished = steps_of({row.state: row.number for row in states})
        return TaskAnswer.model_validate(
            {**row, "site": row["site_id"], "steps": steps, "is_finished": is_finished}
        )

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        """Open a transaction; what keeps it from being done becomes a problem."""
        if self._database.error is not None:
            raise RecordUnavailable
        try:
            with self._sessions.begin() as session:
                yield session
        except SQLAlchemyError as error:
            raise RecordUnavailable from error
        except SiteUnknown as error:
            raise SiteNotFound(f"There is no site {error.site_id!r}.") from None
        except ClimateError as error:
            raise OrderRefused(str(error)) from None


def _active(session: Session, site_id: str) -> Site:
    site = lock_site(session, site_id)
    if site.state is not SiteState.ACTIVE:
        raise OrderRefused(f"{site_id!r} is {site.state}: nothing is collected or trained there.")
    return site

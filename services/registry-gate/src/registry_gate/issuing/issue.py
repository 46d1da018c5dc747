"""The use case: issue the forecasts of a site from its newest observed day."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from registry_gate.issuing.cast import cast_of
from registry_gate.issuing.making import Issued, MakeIssued, make_issued
from registry_gate.issuing.models import LoadedModels
from registry_gate.issuing.storing import store_issued
from shared.adapters.database import SessionFactory, database_now
from shared.adapters.inputs import inputs_known_now, load_inputs
from shared.adapters.ledger import Job
from shared.adapters.observations import known_now, last_observed_date, load_history
from shared.adapters.outbox import record_event
from shared.adapters.runner import Effect, no_effect
from shared.contracts.events import ForecastIssued
from shared.forecasting.forecast import HISTORY_DAYS
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import FORECAST_VARIABLES

log = structlog.get_logger()


@dataclass(frozen=True)
class Issuing:
    """Issues forecasts.

    Attributes
    ----------
    sessions : SessionFactory
        Transactions on the system's database.
    models : LoadedModels
        Where the models are.
    challengers : int
        So many of the latest of each variable forecast in the shadow.
    make : MakeIssued
        Makes the forecasts; a replay makes those that several policies share once.
    now : Callable
        The clock, given a session; the database's by default.
    """

    sessions: SessionFactory
    models: LoadedModels
    challengers: int = 2
    make: MakeIssued = make_issued
    now: Callable[[Session], datetime] = database_now

    def issue(self, job: Job) -> Effect:
        """Make the forecasts of a site from the job's date; the effect stores them."""
        with self.sessions.begin() as session:
            known_at = inputs_known_now(session, job.site_id)
            known = load_known(session, job.site_id, known_at=known_at)
            cast = cast_of(session, job.site_id, challengers=self.challengers)
        if known.own.last_date != job.logical_date:
            return no_effect  # a newer day was observed: forecasts are issued from that one
        issued = self.make(known, cast, self.models, job.logical_date)
        data_hash = known.content_hash()
        return lambda session: self._store(session, job, issued, known_at, data_hash)

    def _store(
        self,
        session: Session,
        job: Job,
        issued: list[Issued],
        known_at: datetime,
        data_hash: str,
    ) -> None:
        """Store the forecasts, unless a newer day was observed while they were made."""
        # This waits for those who write observations, so that none of them is scored in between.
        now = known_now(session, job.site_id)
        if last_observed_date(session, job.site_id) != job.logical_date:
            log.info("too late to issue", site_id=job.site_id, at=now.isoformat())
            return
        new = store_issued(
            session,
            issued,
            site_id=job.site_id,
            reference_date=job.logical_date,
            known_at=known_at,
            data_hash=data_hash,
            issued_at=self.now(session),
            job_id=job.job_id,
        )
        if new:
            _tell(session, job, new)


def load_known(session: Session, site_id: str, *, known_at: datetime) -> ForecastInputs:
    """Return what the API forecasts from: all of the site's days, and its surroundings lately."""
    own = load_history(session, site_id, known_at=known_at)
    since = own.last_date - timedelta(days=HISTORY_DAYS)
    around = load_inputs(session, site_id, since=since, known_at=known_at)
    return replace(around, own=own).until(own.last_date)


def _tell(session: Session, job: Job, new: list[Issued]) -> None:
    reference_date: date = job.logical_date
    there = {one.forecast.variable for one in new}
    fact = ForecastIssued(
        site_id=job.site_id,
        reference_date=reference_date,
        variables=tuple(variable for variable in FORECAST_VARIABLES if variable in there),
        forecasts=len(new),
    )
    record_event(session, fact, correlation_id=job.correlation_id)

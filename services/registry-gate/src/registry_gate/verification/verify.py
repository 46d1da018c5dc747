"""The use case: verify the forecasts of many sites at once, by one statement."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from registry_gate.verification.scoring import ScoredDays, score_observations
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import Job, plan_job
from shared.adapters.outbox import record_event
from shared.adapters.runner import Result, no_effect
from shared.contracts.events import ForecastVerified
from shared.contracts.jobs import JobKind

log = structlog.get_logger()


@dataclass(frozen=True)
class Verifier:
    """Verifies forecasts.

    Attributes
    ----------
    sessions : SessionFactory
        Transactions on the system's database.
    """

    sessions: SessionFactory

    def verify(self, jobs: Sequence[Job]) -> Iterator[Result]:
        """Score what became known of the jobs' sites, tell of it, and have it reviewed.

        All of it is one transaction of its own, and doing it twice changes nothing: the jobs end
        after it, so a crash in between costs a look at what is scored already.
        """
        by_site = {job.site_id: job for job in jobs}
        with self.sessions.begin() as session:
            for site_id, scored in score_observations(session, list(by_site)).items():
                _tell(session, by_site[site_id], scored)
        for job in jobs:
            yield job, no_effect


def _tell(session: Session, job: Job, scored: ScoredDays) -> None:
    verified = ForecastVerified(
        site_id=job.site_id,
        first_date=scored.first_date,
        last_date=scored.last_date,
        forecasts=scored.forecasts,
    )
    record_event(session, verified, correlation_id=job.correlation_id)
    # A revision of days long reviewed is no reason to review them again.
    plan_job(
        session,
        kind=JobKind.REVIEW,
        site_id=job.site_id,
        logical_date=scored.last_date,
        parent=job,
    )
    log.info("forecasts verified", site_id=job.site_id, forecasts=scored.forecasts)

"""A site whose forecasts are issued and verified day by day, on a real database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from registry_gate.issuing.issue import Issuing
from registry_gate.issuing.models import LoadedModels
from registry_gate.issuing.planning import plan_due_issues
from registry_gate.review.review import Reviewer
from registry_gate.verification.planning import plan_due_verifications
from registry_gate.verification.verify import Verifier
from shared.adapters.database import SessionFactory
from shared.adapters.observations import store_observations
from shared.adapters.runner import JobRunner, Outcome
from shared.adapters.tables import jobs
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable
from tests.support.database import SITE_ID
from tests.support.trainings import FakeArtifacts


@dataclass
class DailyRound:
    """Observations, forecasts and scores of the default site, a day at a time."""

    sessions: SessionFactory
    weather: DailyHistory
    artifacts: FakeArtifacts = field(default_factory=FakeArtifacts)

    def observe(
        self, first: date, last: date, *, final_until: date | None = None, warmer_by: float = 0.0
    ) -> None:
        """Store the weather of some days, the maximum by so much too warm."""
        days = {}
        for place, day in enumerate(self.weather.dates.tolist()):
            if first <= day <= last:
                values = {
                    name: float(column[place]) for name, column in self.weather.values.items()
                }
                values[Variable.TEMPERATURE_MAX] += warmer_by
                days[day] = values
        with self.sessions.begin() as session:
            store_observations(
                session,
                SITE_ID,
                days,
                provenance=Provenance.SIMULATED,
                final_until=final_until or last,
            )

    def issue(self, today: date) -> None:
        """Issue what is due at noon of a day."""
        now = datetime.combine(today, time(12), UTC)
        with self.sessions.begin() as session:
            plan_due_issues(session, now=now)
        issuing = Issuing(self.sessions, LoadedModels(self.artifacts), now=lambda _session: now)
        for job_id in self.waiting(JobKind.ISSUE):
            assert self.runner().run(job_id, issuing.issue) is Outcome.DONE

    def verify(self) -> None:
        """Verify what is due."""
        with self.sessions.begin() as session:
            plan_due_verifications(session)
        outcomes = self.runner().run_together(
            self.waiting(JobKind.VERIFY), Verifier(self.sessions).verify
        )
        assert set(outcomes.values()) <= {Outcome.DONE}

    def review(self) -> None:
        """Review what was verified."""
        for job_id in self.waiting(JobKind.REVIEW):
            assert self.runner().run(job_id, Reviewer(self.sessions).review) is Outcome.DONE

    def waiting(self, kind: JobKind) -> Sequence[UUID]:
        """Return the jobs of a kind that are queued."""
        statement = select(jobs.c.job_id).where(jobs.c.kind == kind, jobs.c.state == "queued")
        with self.sessions.begin() as session:
            return list(session.execute(statement).scalars())

    def runner(self) -> JobRunner:
        """Return a runner that sends nothing."""
        return JobRunner(self.sessions, worker="test", after_commit=lambda: None)

    def days(self, first: date, n_days: int) -> None:
        """Observe, verify and issue on so many days, the first of them observed."""
        for number in range(n_days):
            day = first + timedelta(days=number)
            self.observe(day, day)
            self.verify()
            self.issue(day + timedelta(days=1))

"""Verification of a year of many sites, and whether a day of it takes longer after a year."""

import statistics
import time
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import TextClause, select, text

from benchmarks.setting import Tick
from registry_gate.verification.planning import plan_due_verifications
from registry_gate.verification.verify import Verifier
from shared.adapters.database import SessionFactory
from shared.adapters.runner import JobRunner, Outcome
from shared.adapters.tables import jobs
from shared.contracts.jobs import JOBS, JobKind
from shared.errors import ClimateError
from shared.forecasting.variables import FORECAST_VARIABLES, LEAD_DAYS

DAYS = 365
#: Days that are verified one by one, after a month and at the end of the year.
_STEPS, _MONTH = 5, 30
#: The first day that is observed; forecasts begin seven days before.
FIRST = date(2025, 1, 1)
_TOGETHER = JOBS[JobKind.VERIFY].most_together

_SITES = text("""
insert into sites (site_id, name, latitude, longitude, timezone, provenance)
select 'site-' || n, 'Site ' || n, -60 + n % 120, n * 0.3 - 150, 'UTC', 'simulated'
from generate_series(1, :sites) n
""")
_WATCH = text("insert into verified (site_id, known_at) select site_id, now() from sites")
_ISSUANCES = text("""
insert into issuances
    (site_id, reference_date, number, known_at, data_hash, forecasts, digest, issued_at)
select s.site_id, d::date, d::date - :first, d, '', :variables, '', d
from sites s cross join generate_series(:since ::date, :until ::date, '1 day') d
where s.site_id like 'site-%'
""")
_FORECASTS = text("""
insert into forecasts (issuance_id, site_id, variable, reference_date, issuer, value,
                       lower_80, upper_80, lower_95, upper_95, probability)
select i.issuance_id, i.site_id, v, i.reference_date, 'champion',
       array_fill(r, array[7]), array_fill(r - 3, array[7]), array_fill(r + 3, array[7]),
       array_fill(r - 6, array[7]), array_fill(r + 6, array[7]),
       case when v = 'precipitation_sum' then array_fill(0.2 ::double precision, array[7]) end
from (select *, 20 + 4 * random() as r from issuances) i
cross join unnest(:variables ::text[]) v
where i.reference_date between :since and :until
""")
_OBSERVE = text(
    f"""
insert into observations (site_id, valid_date, is_final, {", ".join(FORECAST_VARIABLES)})
select s.site_id, d::date, true, {", ".join(["20 + 4 * random()"] * len(FORECAST_VARIABLES))}
from sites s cross join generate_series(:since ::date, :until ::date, '1 day') d
where s.site_id like 'site-%'
"""  # noqa: S608 - made of the names of our own columns
)
_COUNT = text("select count(*) * 7 from scores")


@dataclass
class Year:
    """A year of forecasts of many sites, observed and verified.

    Attributes
    ----------
    seconds : float
        Spent verifying so far.
    early, late : list of float
        Seconds of single days, after a month and after a year.
    """

    sessions: SessionFactory
    n_sites: int
    seconds: float = 0.0
    early: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """How many times as long a day takes after a year as after a month."""
        return statistics.median(self.late) / statistics.median(self.early)

    def live(self, tick: Tick) -> None:
        """Let the year pass; `tick` is called four times."""
        self._run(_SITES, sites=self.n_sites)
        self._run(_WATCH)
        self._issue(-len(LEAD_DAYS), _MONTH + _STEPS)
        self._observe(0, _MONTH)
        tick(f"a month: {self.seconds:.0f} s")
        self.early = [self._observe(day, day + 1) for day in range(_MONTH, _MONTH + _STEPS)]
        tick(f"a day after a month: {statistics.median(self.early):.2f} s")
        self._issue(_MONTH + _STEPS, DAYS)
        self._observe(_MONTH + _STEPS, DAYS - _STEPS)
        tick(f"the year but its end: {self.seconds:.0f} s")
        self.late = [self._observe(day, day + 1) for day in range(DAYS - _STEPS, DAYS)]
        tick(f"a day after a year: {statistics.median(self.late):.2f} s")

    def scored(self) -> int:
        """Return how many forecasts have been scored: one a site, variable, lead and day."""
        with self.sessions.begin() as session:
            return int(session.execute(_COUNT).scalar_one())

    def _issue(self, since: int, until: int) -> None:
        """Store the forecasts from the days of a span, as an issuing would; it is not timed."""
        span = {"since": _day(since), "until": _day(until - 1)}
        variables = [variable.value for variable in FORECAST_VARIABLES]
        before = _day(-len(LEAD_DAYS) - 1)
        self._run(_ISSUANCES, **span, first=before, variables=len(variables))
        self._run(_FORECASTS, **span, variables=variables)
        self._tidy()

    def _observe(self, since: int, until: int) -> float:
        """Observe a span of days, then verify them; return how long the latter took."""
        self._run(_OBSERVE, since=_day(since), until=_day(until - 1))
        if until - since > 1:
            self._tidy()
        started = time.perf_counter()
        self._verify()
        seconds = time.perf_counter() - started
        self.seconds += seconds
        return seconds

    def _verify(self) -> None:
        """Plan what is due and do it, by the jobs of one worker."""
        runner = JobRunner(self.sessions, worker="benchmark", after_commit=lambda: None)
        due = (jobs.c.kind == JobKind.VERIFY) & (jobs.c.state == "queued")
        with self.sessions.begin() as session:
            plan_due_verifications(session)
            job_ids = session.execute(select(jobs.c.job_id).where(due)).scalars().all()
        verifier = Verifier(self.sessions)
        for first in range(0, len(job_ids), _TOGETHER):
            outcomes = runner.run_together(job_ids[first : first + _TOGETHER], verifier.verify)
            if set(outcomes.values()) != {Outcome.DONE}:
                raise ClimateError(f"Not every site was verified: {set(outcomes.values())}.")

    def _run(self, statement: TextClause, **values: object) -> None:
        with self.sessions.begin() as session:
            session.execute(statement, values)

    def _tidy(self) -> None:
        """Do what autovacuum would have done in the days that are skipped."""
        engine = self.sessions.kw["bind"]
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze"))


def _day(number: int) -> date:
    return FIRST + timedelta(days=number)

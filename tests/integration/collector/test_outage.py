"""A source that is away for a year: afterwards nothing is missing, and no budget was overdrawn."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest
import redis
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from collector.gaps import Span, missing_days
from collector.open_meteo.asking import Asking
from collector.open_meteo.assembly import heaviest_call
from collector.open_meteo.calls import Endpoint
from collector.open_meteo.client import Endpoints, OpenMeteoClient
from collector.open_meteo.fetch import HttpFetcher, Patience
from collector.open_meteo.reasons import Counter
from collector.open_meteo.restraint import Restrained
from collector.open_meteo.restraint.budget import Budget, Limits
from collector.open_meteo.restraint.circuit import read_circuit
from collector.open_meteo.restraint.spent import count_spent
from collector.open_meteo.restraint.turns import Turns
from collector.payloads.store import SqlPayloadStore
from collector.recorded.faults import Fault
from collector.recorded.rules import Rule
from collector.recorded.world import World
from collector.ring import RingShape, ring_around
from shared.adapters.database import SessionFactory
from shared.adapters.sites import keep_ring
from shared.adapters.tables import jobs, observations, payloads
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance
from shared.contracts.sites import DEFAULT_SITE
from tests.support.collecting import A_DAY, ARCHIVE_LAG, House
from tests.support.open_meteo import FakeClock
from tests.support.recorded import RecordedServer, made_up_library

START = date(2025, 7, 1)
OUTAGE = (date(2025, 9, 1), date(2026, 8, 31))
# A tenth of what the free service grants: what a year of nine places weighs does not fit into an
# hour, so the budget must hold the backfill up.
LIMITS = Limits(minute=60, hour=150, day=1000)
#: Guidance is left out: the recordings hold none.
KINDS = (JobKind.COLLECT, JobKind.BACKFILL)
AN_HOUR = timedelta(hours=1)

pytestmark = pytest.mark.slow


@dataclass
class Outage:
    """A collector with a ring, a source that obeys the test, and one clock for both."""

    house: House
    world: World
    clock: FakeClock
    sessions: SessionFactory

    def until(self, day: date, *, step: timedelta) -> None:
        """Let the time pass, in steps, to noon of a day; do at each what is due."""
        while self.clock.time < datetime.combine(day, time(12), UTC):
            self.clock.time += step
            self.do_what_is_due()

    def do_what_is_due(self) -> None:
        """Plan, then do what waits and what follows from it, as far as the budget goes."""
        self.world.today, self.house.now = self.clock.time.date(), self.clock.time
        self.house.tick()
        self._let_pauses_be_over()
        self.house.run_due(*KINDS)

    def _let_pauses_be_over(self) -> None:
        """Let the ledger, which has a clock of its own, see that time has passed."""
        with self.sessions.begin() as session:
            waiting = update(jobs).where(jobs.c.state == "queued")
            session.execute(waiting.values(not_before=func.clock_timestamp()))

    def missing(self) -> int:
        """Count the days that lack of the site and its ring, but for the newest ones."""
        with self.sessions.begin() as session:
            places = list(session.execute(select(observations.c.site_id).distinct()).scalars())
            last = self.clock.time.date() - ARCHIVE_LAG - 7 * A_DAY  # final by now
            span = Span(places, START, last, last, datetime.max.replace(tzinfo=UTC))
            missing = missing_days(session, span)
        assert len(places) == 9
        return sum(map(len, missing.values()))

    def unfinished(self) -> int:
        """Count the jobs that are still to be done, or never will be."""
        with self.sessions.begin() as session:
            left = jobs.c.state.in_(["queued", "running", "dead"]) & jobs.c.kind.in_(KINDS)
            return int(session.execute(select(func.count()).where(left)).scalar_one())


@pytest.fixture
def outage(
    sessions: SessionFactory,
    empty_redis_url: str,
    serve_recorded: Callable[[World], RecordedServer],
) -> Iterator[Outage]:
    """Return a collector that has nothing yet, two months before the outage."""
    clock = FakeClock(datetime.combine(OUTAGE[0] - 30 * A_DAY, time(5), UTC))
    world = World(made_up_library(first=date(2024, 1, 1), copies=True), today=clock.time.date())
    server = serve_recorded(world)
    with sessions.begin() as session:
        shape = RingShape.parse("0@200,0@400,0@600,45@300,-45@300,90@300,-90@300,180@300")
        keep_ring(session, DEFAULT_SITE, ring_around(DEFAULT_SITE, shape))
    with redis.Redis.from_url(empty_redis_url) as client, capture_logs():
        source = remote(server, sessions, client, clock)
        house = House(sessions, {Provenance.OPEN_METEO: source}, start=START)
        house.most_weight = heaviest_call(LIMITS)
        yield Outage(house, world, clock, sessions)
        source.asking.fetcher.close()


def remote(
    server: RecordedServer, sessions: SessionFactory, client: "redis.Redis", clock: FakeClock
) -> OpenMeteoClient:
    """Return the client of the server, as restrained as that of Open-Meteo itself."""
    source = Provenance.OPEN_METEO.value
    restraint = Restrained(
        source=source,
        turns=Turns(sessions, source),
        circuit=partial(read_circuit, sessions, source),
        budget=Budget(source, client, partial(count_spent, sessions, source), LIMITS),
        now=clock.now,
        sleep=clock.sleep,
    )
    fetcher = HttpFetcher(
        "Open-Meteo", setting="…", is_remote=False, patience=Patience(attempts=1, pause=0.0)
    )
    store = SqlPayloadStore(sessions, clock.now)
    endpoints = Endpoints(
        archive=Endpoint(server.archive_url, "era5_seamless"),
        forecast=Endpoint(server.forecast_url),
        guidance=Endpoint(server.previous_runs_url),
        archive_lag=ARCHIVE_LAG,
    )
    asking = Asking(source, fetcher, store, restraint, clock.now)
    return OpenMeteoClient(asking, endpoints, max_weight=heaviest_call(LIMITS))


def most_spent(sessions: SessionFactory) -> dict[Counter, float]:
    """Return the most that was ever spent of a counter before it was cleared."""
    spent: dict[tuple[Counter, datetime], float] = defaultdict(float)
    with sessions.begin() as session:
        for row in session.execute(select(payloads.c.fetched_at, payloads.c.weight)):
            for counter in Counter:
                spent[counter, counter.begin(row.fetched_at)] += row.weight
    return {
        counter: max(calls for (of, _), calls in spent.items() if of is counter)
        for counter in Counter
    }


def test_year_of_outage_leaves_no_gap_and_keeps_within_the_budget(
    outage: Outage, sessions: SessionFactory
) -> None:
    first, last = OUTAGE
    outage.until(first, step=6 * AN_HOUR)
    assert outage.missing() == 0
    outage.world.misbehave(Rule(Fault.GATEWAY_PAGE, until=last))
    outage.until(last, step=A_DAY)
    assert outage.missing() > 9 * 300
    assert outage.unfinished() <= len(KINDS)  # not a job for each day that was missed
    outage.until(last + 3 * A_DAY, step=AN_HOUR)
    assert outage.missing() == 0
    assert outage.unfinished() == 0
    spent = most_spent(sessions)
    assert spent[Counter.MINUTE] <= LIMITS.minute
    assert spent[Counter.HOUR] <= LIMITS.hour
    assert spent[Counter.DAY] <= LIMITS.day
    # The budget was what held the backfill up, so it was put to the test.
    assert spent[Counter.HOUR] > 0.6 * LIMITS.hour

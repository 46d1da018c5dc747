"""The budget holds by the clock, for all collectors together, whatever happens to Redis."""

import multiprocessing
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from collector.open_meteo.reasons import Counter
from collector.open_meteo.restraint.budget import Budget, Limits
from collector.open_meteo.restraint.spent import ALL, count_spent
from collector.payloads.store import SqlPayloadStore
from collector.ports import Outcome, Payload
from shared.adapters.database import SessionFactory
from tests.support.database import SITE_ID
from tests.support.open_meteo import FakeClock

SOURCE = "open-meteo"
LIMITS = Limits(minute=100, hour=500, day=1000, margin=0.0, reserve=0.2)
START = datetime(2026, 11, 23, 12, 0, 10, tzinfo=UTC)
DAY = date(2026, 11, 22)


class Spender:
    """Takes calls as a collector does: from the budget first, then into the database."""

    def __init__(self, sessions: SessionFactory, client: "redis.Redis", limits: Limits) -> None:
        self.clock = FakeClock(START)
        self.client = client
        self.store = SqlPayloadStore(sessions, self.clock.now)
        self.budget = Budget(SOURCE, client, partial(count_spent, sessions, SOURCE), limits)

    def spend(
        self, weight: float, *, leaves_reserve: bool = False, outcome: Outcome = Outcome.ANSWERED
    ) -> Counter | None:
        """Make a call if the budget allows it; return what forbids it."""
        forbids = self.budget.take(weight, self.clock.now(), leaves_reserve=leaves_reserve)
        if forbids is None:
            self.keep(weight, outcome)
        return forbids

    def keep(self, weight: float, outcome: Outcome, problem: str | None = None) -> None:
        """Keep the answer to a call."""
        url = "https://source.test"
        payload = Payload(SOURCE, url, (SITE_ID,), DAY, DAY, weight, outcome, problem=problem)
        self.store.keep(payload)

    def wait_for(self, counter: Counter) -> None:
        """Wait until a counter is cleared."""
        self.clock.time = counter.end(self.clock.time)


@pytest.fixture
def client(empty_redis_url: str) -> Iterator["redis.Redis"]:
    """Connect to a Redis that nobody else uses meanwhile."""
    with redis.Redis.from_url(empty_redis_url) as connected:
        yield connected


@pytest.fixture
def spender(sessions: SessionFactory, client: "redis.Redis") -> Spender:
    """Return a collector with a small budget."""
    return Spender(sessions, client, LIMITS)


def test_a_minute_is_spent_and_cleared_by_the_clock(spender: Spender) -> None:
    assert spender.spend(60) is None
    assert spender.spend(50) is Counter.MINUTE
    assert spender.spend(40) is None
    assert spender.spend(1) is Counter.MINUTE
    spender.clock.time = START.replace(second=59)
    assert spender.spend(1) is Counter.MINUTE
    spender.clock.time = START.replace(minute=1, second=0)
    assert spender.spend(100) is None


def test_an_hour_and_a_day_are_spent_and_cleared_by_the_clock(spender: Spender) -> None:
    for _ in range(5):
        assert spender.spend(100) is None
        spender.wait_for(Counter.MINUTE)
    assert spender.spend(1) is Counter.HOUR
    spender.wait_for(Counter.HOUR)
    assert spender.clock.now() == datetime(2026, 11, 23, 13, tzinfo=UTC)
    for _ in range(5):
        assert spender.spend(100) is None
        spender.wait_for(Counter.MINUTE)
    assert spender.spend(1) is Counter.DAY
    spender.wait_for(Counter.HOUR)
    assert spender.spend(1) is Counter.DAY
    spender.wait_for(Counter.DAY)
    assert spender.clock.now() == datetime(2026, 11, 24, tzinfo=UTC)
    assert spender.spend(100) is None


def test_the_longest_counter_that_forbids_is_named(spender: Spender) -> None:
    for _ in range(5):
        spender.spend(100)
        spender.wait_for(Counter.MINUTE)
    spender.clock.time -= timedelta(minutes=1)  # minute and hour are both spent
    assert spender.spend(1) is Counter.HOUR


def test_a_margin_and_a_reserve_are_never_touched(
    sessions: SessionFactory, client: "redis.Redis"
) -> None:
    limits = Limits(minute=1000, hour=100, day=1000, margin=0.1, reserve=0.2)
    spender = Spender(sessions, client, limits)
    assert spender.spend(70, leaves_reserve=True) is None
    assert spender.spend(1, leaves_reserve=True) is Counter.HOUR
    assert spender.spend(20) is None
    assert spender.spend(1) is Counter.HOUR


def test_without_limits_everything_is_allowed(
    sessions: SessionFactory, client: "redis.Redis"
) -> None:
    spender = Spender(sessions, client, Limits(float("inf"), float("inf"), float("inf")))
    assert [spender.spend(5000.0) for _ in range(50)] == [None] * 50


def test_a_wiped_redis_is_counted_again_from_the_answers_kept(
    spender: Spender, client: "redis.Redis"
) -> None:
    for _ in range(3):
        assert spender.spend(100) is None
        spender.wait_for(Counter.MINUTE)
    assert spender.spend(60) is None
    client.flushall()
    assert spender.spend(50) is Counter.MINUTE
    assert spender.spend(40) is None
    client.flushall()
    spender.wait_for(Counter.MINUTE)
    assert spender.spend(100) is None
    client.flushall()
    assert spender.spend(1) is Counter.HOUR


def test_a_wipe_between_any_two_calls_never_lets_more_through(
    spender: Spender, client: "redis.Redis"
) -> None:
    spent = 0.0
    for number in range(40):
        if spender.spend(7.5) is None:
            spent += 7.5
        if number % 3 == 0:
            client.flushall()
    assert spent == 97.5


def test_redis_that_is_away_leaves_the_counting_to_the_database(
    sessions: SessionFactory, client: "redis.Redis"
) -> None:
    nobody = redis.Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))
    without = Spender(sessions, nobody, LIMITS)
    assert without.spend(60) is None
    assert without.spend(50) is Counter.MINUTE
    assert without.spend(40) is None
    # Redis is back with the next minute, and knows of what was spent without it.
    again = Spender(sessions, client, LIMITS)
    again.clock.time = START + timedelta(minutes=1)
    for _ in range(4):
        assert again.spend(100) is None
        again.wait_for(Counter.MINUTE)
    assert again.spend(1) is Counter.HOUR


def test_a_failed_call_counts_one(spender: Spender) -> None:
    assert spender.budget.take(90, spender.clock.now()) is None
    spender.keep(1.0, Outcome.UNAVAILABLE)
    spender.budget.correct(1.0 - 90.0, START, 90.0, spender.clock.now())
    assert spender.spend(99) is None
    assert spender.spend(1) is Counter.MINUTE


def test_a_call_over_a_full_minute_counts_in_both(spender: Spender) -> None:
    spender.spend(1)
    before = spender.clock.now()
    spender.wait_for(Counter.MINUTE)
    spender.spend(1)  # somebody else's, in the new minute
    spender.budget.correct(0.0, before, 60.0, spender.clock.now())
    assert spender.spend(40) is Counter.MINUTE
    assert spender.spend(39) is None


@pytest.mark.parametrize(
    ("counter", "reason"),
    [
        (Counter.MINUTE, "Minutely API request limit exceeded. Please try again in one minute."),
        (Counter.HOUR, "Hourly API request limit exceeded. Please try again in the next hour."),
        (Counter.DAY, "Daily API request limit exceeded. Please try again tomorrow."),
    ],
)
def test_a_counter_the_source_calls_used_up_is_used_up_until_it_is_cleared(
    spender: Spender, client: "redis.Redis", counter: Counter, reason: str
) -> None:
    assert spender.spend(1) is None
    spender.budget.exhaust(counter, spender.clock.now())
    spender.keep(1.0, Outcome.EXHAUSTED, reason)
    assert spender.spend(1) is counter
    client.flushall()  # the answers kept say the same
    assert spender.spend(1) is counter
    spender.wait_for(counter)
    assert spender.spend(1) is None


def test_what_was_spent_is_counted_by_source_and_window(
    sessions: SessionFactory, spender: Spender
) -> None:
    spender.clock.time = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
    spender.keep(1000.0, Outcome.ANSWERED)  # yesterday's
    for moment in ("2026-11-23T00:00", "2026-11-23T12:00:00", "2026-11-23T12:01:30"):
        spender.clock.time = datetime.fromisoformat(f"{moment}+00:00")
        spender.keep(10.0, Outcome.ANSWERED)
    now = datetime(2026, 11, 23, 12, 1, 59, tzinfo=UTC)
    spent = count_spent(sessions, SOURCE, now)
    assert spent == {Counter.MINUTE: 10.0, Counter.HOUR: 20.0, Counter.DAY: 30.0}
    assert count_spent(sessions, "simulated", now) == dict.fromkeys(Counter, 0.0)
    spender.keep(1.0, Outcome.EXHAUSTED, "Hourly API request limit exceeded.")
    assert count_spent(sessions, SOURCE, now)[Counter.HOUR] == ALL


def _spend_all(redis_url: str, taken: "multiprocessing.Queue[int]") -> None:
    """Take calls of weight one until there are none left, as a process of its own."""
    nothing = dict.fromkeys(Counter, 0.0)
    with redis.Redis.from_url(redis_url) as client:
        budget = Budget(SOURCE, client, lambda _now: nothing, LIMITS)
        n = 0
        while budget.take(1.0, START) is None:
            n += 1
    taken.put(n)


@pytest.mark.usefixtures("client")
def test_two_processes_together_spend_what_there_is_and_no_more(redis_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    taken: multiprocessing.Queue[int] = context.Queue()
    workers = [context.Process(target=_spend_all, args=(redis_url, taken)) for _ in range(2)]
    for worker in workers:
        worker.start()
    shares = [taken.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join(timeout=60)
    taken.close()
    assert sum(shares) == 100

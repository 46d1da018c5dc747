"""A source is asked by one at a time, within its budget, and left alone while it fails."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
import redis
import structlog
from sqlalchemy import select

from collector.errors import SourceUnavailable
from collector.open_meteo.asking import Asking
from collector.open_meteo.assembly import simulated_endpoints
from collector.open_meteo.client import OpenMeteoClient
from collector.open_meteo.fetch import HttpFetcher, Patience
from collector.open_meteo.restraint import NoRestraint, Restrained, Restraint
from collector.open_meteo.restraint.budget import Budget, Limits
from collector.open_meteo.restraint.circuit import read_circuit
from collector.open_meteo.restraint.spent import count_spent
from collector.open_meteo.restraint.turns import Turns
from collector.payloads.store import SqlPayloadStore
from collector.ports import DaysRequest, PlaceAnswer
from shared.adapters.database import SessionFactory
from shared.adapters.tables import payloads
from shared.contracts.circuit import FAILURES_TO_OPEN
from shared.contracts.sites import DEFAULT_SITE
from tests.support.database import sessions_on
from tests.support.open_meteo import FakeClock, answer, as_json, client_of

SOURCE = "open-meteo"
DAY = date(2026, 11, 22)
REQUEST = DaysRequest((DEFAULT_SITE,), DAY, DAY)
FREE = Limits(minute=600, hour=5000, day=10_000)
BODY = as_json(answer(DAY, DAY))
MINUTELY = {
    "error": True,
    "reason": "Minutely API request limit exceeded. Please try again in one minute.",
}


@pytest.fixture
def client(empty_redis_url: str) -> Iterator["redis.Redis"]:
    """Connect to a Redis that nobody else uses meanwhile."""
    with redis.Redis.from_url(empty_redis_url) as connected:
        yield connected


def restraint_of(
    sessions: SessionFactory, client: "redis.Redis", limits: Limits = FREE
) -> Restrained:
    return Restrained(
        source=SOURCE,
        turns=Turns(sessions, SOURCE),
        circuit=partial(read_circuit, sessions, SOURCE),
        budget=Budget(SOURCE, client, partial(count_spent, sessions, SOURCE), limits),
    )


# ── one at a time, with a real server and real processes ────────────────────────────────────────


@dataclass
class Crowd:
    """Counts who is being served at the same moment."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    inside: int = 0
    most: int = 0
    served: int = 0

    def enter(self) -> None:
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)

    def leave(self) -> None:
        with self.lock:
            self.inside -= 1
            self.served += 1


@contextmanager
def slow_server(crowd: Crowd) -> Iterator[str]:
    """Serve one answer, slowly, to as many at a time as ask."""

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            crowd.enter()
            time.sleep(0.05)
            crowd.leave()  # before the answer: the next one may ask as soon as it has it
            self.send_response(200)
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def ask_together(database_url: str, redis_url: str, url: str, *, restrained: bool) -> None:
    """Ask three times from each of two threads."""
    with sessions_on(database_url) as sessions, redis.Redis.from_url(redis_url) as client:
        restraint: Restraint = restraint_of(sessions, client) if restrained else NoRestraint()
        fetcher = HttpFetcher("It", setting="X", is_remote=False, patience=Patience(attempts=1))
        asking = Asking(SOURCE, fetcher, SqlPayloadStore(sessions), restraint)
        asker = OpenMeteoClient(asking, simulated_endpoints(url))
        errors: list[BaseException] = []

        def ask() -> None:
            try:
                for _ in range(3):
                    asker.fetch(REQUEST)
            except BaseException as error:  # noqa: BLE001 - told by the other thread
                errors.append(error)

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        fetcher.close()
        assert not errors, errors


@pytest.mark.parametrize("restrained", [True, False], ids=["restrained", "unrestrained"])
def test_two_processes_of_two_threads_ask_one_at_a_time(
    database_url: str, empty_redis_url: str, *, restrained: bool
) -> None:
    """The unrestrained ones show that the server would notice."""
    context = multiprocessing.get_context("spawn")
    crowd = Crowd()
    with slow_server(crowd) as url:
        askers = [
            context.Process(
                target=ask_together,
                args=(database_url, empty_redis_url, url),
                kwargs={"restrained": restrained},
            )
            for _ in range(2)
        ]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join(timeout=120)
    assert [asker.exitcode for asker in askers] == [0, 0]
    assert crowd.served == 12
    assert (crowd.most == 1) == restrained


def _hold(database_url: str, held: "multiprocessing.Queue[int]") -> None:
    with sessions_on(database_url) as sessions, Turns(sessions, SOURCE).take():
        held.put(os.getpid())
        time.sleep(600)


def test_a_turn_ends_with_its_holder(database_url: str, sessions: SessionFactory) -> None:
    context = multiprocessing.get_context("spawn")
    held: multiprocessing.Queue[int] = context.Queue()
    holder = context.Process(target=_hold, args=(database_url, held))
    holder.start()
    pid = held.get(timeout=60)
    turns = Turns(sessions, SOURCE, longest_wait=timedelta(seconds=0.2))
    with pytest.raises(SourceUnavailable, match="being asked by others") as raised, turns.take():
        pytest.fail("two have the turn")
    assert raised.value.retry_after == timedelta(seconds=20)
    os.kill(pid, signal.SIGKILL)
    holder.join(timeout=60)
    with Turns(sessions, SOURCE).take():
        pass
    held.close()


def test_turns_of_different_sources_do_not_wait_for_each_other(sessions: SessionFactory) -> None:
    other = Turns(sessions, "another", longest_wait=timedelta(seconds=0.2))
    with Turns(sessions, SOURCE).take(), other.take():
        pass


# ── the circuit and the waits, by a clock that is set ───────────────────────────────────────────


@dataclass
class World:
    """A source whose answers are decided by the test, and a restrained client that asks it."""

    sessions: SessionFactory
    client: "redis.Redis"
    limits: Limits = FREE
    respond: Callable[[], httpx.Response] = lambda: httpx.Response(200, content=BODY)
    attempts: int = 1
    asked: int = 0
    clock: FakeClock = field(default_factory=FakeClock)

    def fetch(self) -> PlaceAnswer:
        def handle(_request: httpx.Request) -> httpx.Response:
            self.asked += 1
            return self.respond()

        store = SqlPayloadStore(self.sessions, self.clock.now)
        asker = client_of(
            handle,
            attempts=self.attempts,
            payloads=store,
            restraint=self.restraint(),
            now=self.clock.now,
        )
        return asker.fetch(REQUEST)[DEFAULT_SITE.site_id]

    def restraint(self) -> Restrained:
        made = restraint_of(self.sessions, self.client, self.limits)
        return replace(made, now=self.clock.now, sleep=self.clock.sleep)

    def fail(self) -> SourceUnavailable:
        with pytest.raises(SourceUnavailable) as raised:
            self.fetch()
        return raised.value


@pytest.fixture
def world(sessions: SessionFactory, client: "redis.Redis") -> World:
    """Return a source that answers, and a client of it."""
    return World(sessions, client)


def test_a_source_that_keeps_failing_is_left_alone_then_tried_by_one_call(world: World) -> None:
    world.respond = lambda: httpx.Response(503)
    with structlog.testing.capture_logs() as logs:
        for _ in range(FAILURES_TO_OPEN):
            assert world.fail().retry_after is None
        for _ in range(10):
            error = world.fail()
            assert error.retry_after == timedelta(minutes=1)
            assert not error.retry_soon
            assert "has failed 5 times in a row and is left alone for 60 s" in str(error)
        assert world.asked == FAILURES_TO_OPEN

        world.clock.sleep(61.0)
        assert "503" in str(world.fail())  # the one call that tries
        assert world.asked == FAILURES_TO_OPEN + 1
        assert world.fail().retry_after == timedelta(minutes=2)  # it failed: twice as long

        world.clock.sleep(121.0)
        world.respond = lambda: httpx.Response(200, content=BODY)
        assert world.fetch().history is not None
        assert world.fetch().history is not None
    told = [log["event"] for log in logs if log["log_level"] == "warning"]
    assert [event for event in told if event.startswith("source")] == [
        "source is left alone",
        "source answers again",
    ]


def test_the_longest_pause_is_a_quarter_of_an_hour(world: World) -> None:
    world.respond = lambda: httpx.Response(503)
    for _ in range(30):
        world.fail()
        world.clock.sleep(900.0)
    world.fail()
    assert world.fail().retry_after == timedelta(minutes=15)


def test_a_circuit_is_open_for_every_process_and_after_a_restart(
    world: World, sessions: SessionFactory
) -> None:
    world.respond = lambda: httpx.Response(503)
    for _ in range(FAILURES_TO_OPEN):
        world.fail()
    circuit = read_circuit(sessions, SOURCE)
    assert circuit.left_alone_until == world.clock.now() + timedelta(minutes=1)
    assert read_circuit(sessions, "simulated").left_alone_until is None


def test_cut_off_answers_open_the_circuit_and_refusals_do_not(world: World) -> None:
    reason = {"error": True, "reason": "No data is available for this location"}
    world.respond = lambda: httpx.Response(400, json=reason)
    for _ in range(FAILURES_TO_OPEN + 1):
        assert world.fetch().problem is not None
    world.respond = lambda: httpx.Response(200, content=BODY[:100])
    for _ in range(FAILURES_TO_OPEN):
        assert "no complete JSON" in str(world.fail())
    assert "left alone" in str(world.fail())


def test_a_minute_that_is_spent_is_waited_for(world: World) -> None:
    world.limits = Limits(minute=2, hour=100, day=100, margin=0.0)
    for _ in range(3):
        assert world.fetch().history is not None
    assert world.asked == 3
    (slept,) = world.clock.slept
    assert 62.0 <= slept <= 65.0


def test_an_hour_that_is_spent_gives_the_job_back(world: World) -> None:
    world.limits = Limits(minute=100, hour=2, day=100, margin=0.0)
    world.clock.time += timedelta(minutes=10)
    world.fetch()
    world.fetch()
    error = world.fail()
    assert error.retry_after == timedelta(minutes=50, seconds=2)
    assert "grants this hour are used up" in str(error)
    assert world.asked == 2
    assert world.clock.slept == []


def test_a_minute_the_source_calls_spent_is_waited_for_by_the_next_call(world: World) -> None:
    world.respond = lambda: httpx.Response(429, json=MINUTELY)
    assert world.fail().retry_after == timedelta(minutes=1)
    world.respond = lambda: httpx.Response(200, content=BODY)
    assert world.fetch().history is not None
    (slept,) = world.clock.slept
    assert slept >= 60.0
    assert world.asked == 2


def test_work_that_can_wait_leaves_the_reserve(world: World) -> None:
    world.limits = Limits(minute=100, hour=10, day=100, margin=0.0, reserve=0.5)
    restraint = world.restraint()
    for _ in range(5):
        with restraint.turn(1.0, leaves_reserve=True):
            pass
    with (
        pytest.raises(SourceUnavailable, match="this hour are used up"),
        restraint.turn(1.0, leaves_reserve=True),
    ):
        pass
    with restraint.turn(1.0, leaves_reserve=False):
        pass


def test_every_try_is_kept_with_what_it_weighed(world: World, sessions: SessionFactory) -> None:
    world.attempts = 3
    answers = [
        httpx.Response(503),
        httpx.Response(200, content=BODY[:50]),
        httpx.Response(200, content=BODY),
    ]
    world.respond = lambda: answers.pop(0)
    assert world.fetch().history is not None
    with sessions.begin() as session:
        rows = session.execute(select(payloads).order_by(payloads.c.payload_id)).all()
    assert [(row.outcome, row.weight) for row in rows] == [
        ("unavailable", 1.0),
        ("unavailable", 1.0),
        ("answered", 1.0),
    ]

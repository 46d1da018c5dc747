"""Promotions and rollbacks under load: four processes follow each at once, and no answer mixes two.

Each client stays with one process, as a connection behind a load balancer does, and notes with
which epoch it was answered and when: what is timed here is what a user sees.
"""

import http.client
import json
import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from shared.adapters.event_stream import publish_to_stream
from shared.contracts.events import Event
from tests.integration.api.house import VARIABLE, House
from tests.integration.api.test_process import TIMER_SECONDS, Api, running_api, seconds_until

PROCESSES = 4
CHANGES = 100
REQUESTS_PER_SECOND = 200
MEDIAN_SECONDS = 0.250
#: Changes nobody is told of: the timer alone has to find them.
UNTOLD = 2
PATH = "/api/v1/forecast?site=marrakech"


class Client(threading.Thread):
    """Asks one process without a pause, at a steady rate."""

    def __init__(self, api: Api, over: threading.Event) -> None:
        super().__init__()
        url = api.client.base_url
        self._connection = http.client.HTTPConnection(url.host, url.port, timeout=10)
        self._over = over
        self.answers: Counter[str] = Counter()
        self.first_seen: dict[int, float] = {}
        self.forecasts: defaultdict[int, set[str]] = defaultdict(set)

    def run(self) -> None:
        """Ask until it is over; what is late is asked at once."""
        due = time.monotonic()
        while not self._over.is_set():
            self._ask()
            due += PROCESSES / REQUESTS_PER_SECOND
            time.sleep(max(0.0, due - time.monotonic()))
        self._connection.close()

    def _ask(self) -> None:
        try:
            self._connection.request("GET", PATH)
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.answers[repr(error)] += 1
            return
        self.answers[str(response.status)] += 1
        if response.status == http.client.OK:
            self._note(json.loads(body))

    def _note(self, answer: dict[str, Any]) -> None:
        epoch = answer["models"][VARIABLE.value]["epoch"]
        self.first_seen.setdefault(epoch, time.monotonic())
        said = {name: row for name, row in answer["daily"].items() if VARIABLE.value in name}
        self.forecasts[epoch].add(json.dumps(said))


@contextmanager
def asking(apis: list[Api]) -> Iterator[list[Client]]:
    """Let one client ask each process for as long as the block lasts."""
    over = threading.Event()
    clients = [Client(api, over) for api in apis]
    for client in clients:
        client.start()
    try:
        yield clients
    finally:
        over.set()
        for client in clients:
            client.join()


def seconds_to_the_last(clients: list[Client], event: Event, committed: float) -> float:
    """Return how long after the commit the last process was seen to answer with an epoch."""
    epoch = int(str(event.data["epoch"]))
    seconds_until(
        lambda: all(epoch in client.first_seen for client in clients), at_most=TIMER_SECONDS + 2
    )
    return max(client.first_seen[epoch] for client in clients) - committed


def print_figures(
    clients: list[Client], seconds: float, told: list[float], untold: list[float]
) -> None:
    """Print what the proof measured."""
    asked = sum(client.answers.total() for client in clients)
    print(  # noqa: T201 - figures of the proof
        f"{CHANGES} changes, {asked / seconds:.0f} requests/s: from commit to the last of"
        f" {PROCESSES} processes median {statistics.median(told) * 1000:.0f} ms, at most"
        f" {max(told) * 1000:.0f} ms; without a message at most {max(untold):.1f} s"
    )


def check_answers(clients: list[Client]) -> None:
    """Hold every answer against the others: none failed, and none mixes two versions."""
    answers = sum((client.answers for client in clients), Counter[str]())
    assert set(answers) == {"200"}, answers
    forecasts: defaultdict[int, set[str]] = defaultdict(set)
    for client in clients:
        for epoch, said in client.forecasts.items():
            forecasts[epoch] |= said
    assert len(forecasts) > CHANGES
    assert {len(said) for said in forecasts.values()} == {1}
    # One forecast for the first champion, however often it came back, and one for each promotion.
    assert len(set.union(*forecasts.values())) == 1 + (CHANGES + UNTOLD) // 2


@pytest.mark.slow
def test_every_process_follows_promotions_and_rollbacks_at_once_and_no_answer_mixes_two(
    house: House,
    home: Path,
    database_url: str,
    empty_redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # All clients have one address here.
    monkeypatch.setenv("CLIMATE_API_RATE_LIMIT", "100000/second")
    house.observe()
    champion = first = house.promote()
    told: list[float] = []
    untold: list[float] = []
    with ExitStack() as stack:
        apis = [
            stack.enter_context(running_api(home, database_url, empty_redis_url))
            for _ in range(PROCESSES)
        ]
        for api in apis:
            seconds_until(lambda api=api: api.epoch() is not None, at_most=TIMER_SECONDS)  # type: ignore[misc]
        stream = stack.enter_context(redis.Redis.from_url(empty_redis_url))
        started = time.monotonic()
        with asking(apis) as clients:
            seconds_to_the_last(clients, first, started)
            for number in range(1, CHANGES + UNTOLD + 1):
                if number % 2:
                    before, champion = champion, house.promote(constant=number / 10)
                else:
                    before, champion = champion, house.roll_back(before, champion)
                committed = time.monotonic()
                if number <= CHANGES:
                    publish_to_stream(stream, champion)
                    told.append(seconds_to_the_last(clients, champion, committed))
                else:
                    untold.append(seconds_to_the_last(clients, champion, committed))
        seconds = time.monotonic() - started
    print_figures(clients, seconds, told, untold)
    check_answers(clients)
    assert statistics.median(told) < MEDIAN_SECONDS
    assert max(untold) < TIMER_SECONDS + 1

"""Clients that ask API processes at a steady rate and remember what they were answered.

Each stays with one process, as a connection behind a load balancer does, and notes with which epoch
it was answered and when: what is timed is what a user sees.
"""

import http.client
import itertools
import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from shared.contracts.events import Event
from tests.integration.api.house import VARIABLE
from tests.integration.api.processes import TIMER_SECONDS, Api, seconds_until

PATH = "/api/v1/forecast?site=marrakech"


@dataclass(frozen=True)
class Habit:
    """What a client asks for, in turn, how often a second, and from which address."""

    rate: float
    paths: Sequence[str] = (PATH,)
    address: str = "127.0.0.1"


class Client(threading.Thread):
    """Asks one process without a pause, at a steady rate."""

    def __init__(self, api: Api, over: threading.Event, habit: Habit) -> None:
        super().__init__()
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", api.port, timeout=10, source_address=(habit.address, 0)
        )
        self._over = over
        self._habit = habit
        self.answers: Counter[str] = Counter()
        self.first_seen: dict[int, float] = {}
        self.forecasts: defaultdict[int, set[str]] = defaultdict(set)

    def run(self) -> None:
        """Ask until it is over; what is late is asked at once."""
        due = time.monotonic()
        for path in itertools.cycle(self._habit.paths):
            if self._over.is_set():
                break
            self._ask(path)
            due += 1 / self._habit.rate
            time.sleep(max(0.0, due - time.monotonic()))
        self._connection.close()

    def _ask(self, path: str) -> None:
        try:
            self._connection.request("GET", path)
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.answers[f"{path}: {error!r}"] += 1
            return
        is_well = response.status == http.client.OK
        self.answers["200" if is_well else f"{path}: {response.status}"] += 1
        if is_well and path == PATH:
            self._note(json.loads(body))

    def _note(self, answer: dict[str, Any]) -> None:
        epoch = answer["models"][VARIABLE.value]["epoch"]
        self.first_seen.setdefault(epoch, time.monotonic())
        said = {name: row for name, row in answer["daily"].items() if VARIABLE.value in name}
        self.forecasts[epoch].add(json.dumps(said))


@contextmanager
def asking(apis: Sequence[Api], habits: Sequence[Habit]) -> Iterator[list[Client]]:
    """Let clients ask, one a habit, the processes in turn, for as long as the block lasts."""
    over = threading.Event()
    clients = [
        Client(api, over, habit) for api, habit in zip(itertools.cycle(apis), habits, strict=False)
    ]
    for client in clients:
        client.start()
    try:
        yield clients
    finally:
        over.set()
        for client in clients:
            client.join()


def seconds_to_the_last(clients: Sequence[Client], event: Event, committed: float) -> float:
    """Return how long after the commit the last process was seen to answer with an epoch."""
    epoch = int(str(event.data["epoch"]))
    seconds_until(
        lambda: all(epoch in client.first_seen for client in clients), at_most=TIMER_SECONDS + 2
    )
    return max(client.first_seen[epoch] for client in clients) - committed


def all_answers(clients: Sequence[Client]) -> Counter[str]:
    """Return how often what was answered; what is not `200` names the path and what went wrong."""
    return sum((client.answers for client in clients), Counter[str]())


def forecasts_by_epoch(clients: Sequence[Client]) -> dict[int, set[str]]:
    """Return what was forecast under each epoch: one forecast, unless answers mix versions."""
    forecasts: defaultdict[int, set[str]] = defaultdict(set)
    for client in clients:
        for epoch, said in client.forecasts.items():
            forecasts[epoch] |= said
    return forecasts

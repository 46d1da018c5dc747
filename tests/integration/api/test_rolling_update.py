"""A rolling update as Kubernetes does it: a new process, then the end of the old one; none refused.

The endpoints are what a Service is: a list of processes that are ready. A process leaves the list
first and is told to stop afterwards, as the manifests' `preStop` has it; requests never pause.
"""

import itertools
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.integration.api.house import House
from tests.integration.api.processes import Api, running_api

CLIENTS = 4
UPDATES = 2
#: From leaving the endpoints to SIGTERM: what is on its way arrives in the meantime.
PAUSE_SECONDS = 0.5


class Traffic:
    """Clients that never stop asking whoever is among the endpoints."""

    def __init__(self) -> None:
        self.endpoints: tuple[Api, ...] = ()
        self.answers: Counter[str] = Counter()
        self._over = threading.Event()

    @contextmanager
    def flowing(self) -> Iterator[None]:
        """Ask for as long as the block lasts."""
        clients = [threading.Thread(target=self._ask) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            yield
        finally:
            self._over.set()
            for client in clients:
                client.join()

    def _ask(self) -> None:
        for number in itertools.count():
            if self._over.is_set():
                return
            endpoints = self.endpoints
            api = endpoints[number % len(endpoints)]
            self.answers[self._answer(api)] += 1
            time.sleep(0.01)

    @staticmethod
    def _answer(api: Api) -> str:
        try:
            return str(api.forecast().status_code)
        except httpx.TransportError as error:
            return repr(error)


@pytest.mark.slow
def test_rolling_update_drops_no_request(
    house: House,
    home: Path,
    database_url: str,
    empty_redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # All clients have one address here.
    monkeypatch.setenv("CLIMATE_API_RATE_LIMIT", "10000/second")
    house.observe()
    house.promote()
    traffic = Traffic()
    with ExitStack() as stack:
        old = ExitStack()
        traffic.endpoints = (
            old.enter_context(running_api(home / "0", database_url, empty_redis_url)),
        )
        stack.enter_context(traffic.flowing())
        for update in range(1, UPDATES + 1):
            new = ExitStack()
            api = new.enter_context(running_api(home / str(update), database_url, empty_redis_url))
            traffic.endpoints = (*traffic.endpoints, api)  # ready: in
            traffic.endpoints = (api,)  # the old one is out, and told to stop a little later
            time.sleep(PAUSE_SECONDS)
            old.close()
            old = new
        time.sleep(PAUSE_SECONDS)
        stack.close()
        old.close()
    assert set(traffic.answers) == {"200"}, traffic.answers
    assert traffic.answers["200"] > 10 * CLIENTS


def test_request_on_its_way_is_answered_after_the_signal(
    house: House, home: Path, database_url: str, empty_redis_url: str
) -> None:
    house.observe()
    body = b"[1, 2]"
    head = f"POST /api/v1/predict HTTP/1.1\r\nHost: api\r\nContent-Length: {len(body)}\r\n\r\n"
    with ExitStack() as stack:
        api = stack.enter_context(running_api(home, database_url, empty_redis_url))
        url = api.client.base_url
        connection = socket.create_connection((url.host, url.port or 80), timeout=10)
        connection.sendall(head.encode() + body[:3])
        late = threading.Timer(1.0, connection.sendall, [body[3:]])
        late.start()
        stack.close()  # SIGTERM, and the end of the process
        late.join()
        answer = connection.recv(1000)
        connection.close()
    # It says what is wrong with the body, all of which it waited for.
    assert answer.startswith(b"HTTP/1.1 422 "), answer

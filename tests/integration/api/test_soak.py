"""A soak: clients at half their limit and a promotion every ten seconds; nothing fails or grows.

A minute by default; `make soak` takes a quarter of an hour, or the length that
`CLIMATE_TEST_SOAK_SECONDS` names.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
import redis

from api.settings import ApiSettings
from shared.contracts.events import Event
from tests.integration.api.changes import changes, told
from tests.integration.api.clients import (
    PATH,
    Client,
    Habit,
    all_answers,
    asking,
    forecasts_by_epoch,
    seconds_to_the_last,
)
from tests.integration.api.house import House
from tests.integration.api.processes import TIMER_SECONDS, Api, running_api, seconds_until

SECONDS = float(os.environ.get("CLIMATE_TEST_SOAK_SECONDS", "75"))
CHANGE_EVERY_SECONDS = 10.0
PROCESSES = 2
#: Each has an address of its own, so each has the whole limit of an address.
CLIENTS = 6
#: Mostly what nearly every request is for; then answers that are not ready, pages, the record.
PATHS = (
    *[PATH] * 14,
    "/api/v1/forecast?latitude=31.6&longitude=-8.0&temperature_unit=fahrenheit&timezone=auto",
    "/v1/forecast?latitude=31.6&longitude=-8.0&daily=temperature_2m_max",
    "/api/v1/archive?site=marrakech",
    "/api/v1/models",
    "/health",
    "/dashboard/models",
)
#: Nothing is made only once any more: caches are full, every path was asked.
WARM_SHARE = 0.3
#: What a process may grow by after that; a leak of 1 kB a request would be more within a minute.
GROWTH_MIB = 12.0
_MIB = 2**20


def half_the_limit() -> float:
    """Return half of the requests a second that an address may make by default."""
    amount, _, unit = str(ApiSettings.model_fields["api_rate_limit"].default).partition("/")
    assert unit == "minute"
    return float(amount) / 60 / 2


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 300)
def test_clients_at_half_their_limit_see_no_error_and_memory_stays_flat(
    house: House, home: Path, database_url: str, empty_redis_url: str
) -> None:
    house.observe()
    first = house.promote()
    habits = [Habit(half_the_limit(), PATHS, f"127.0.0.{2 + n}") for n in range(CLIENTS)]
    with ExitStack() as stack:
        apis = [
            stack.enter_context(running_api(home, database_url, empty_redis_url))
            for _ in range(PROCESSES)
        ]
        for api in apis:
            seconds_until(lambda api=api: api.epoch() is not None, at_most=TIMER_SECONDS + 2)  # type: ignore[misc]
        stream = stack.enter_context(redis.Redis.from_url(empty_redis_url))
        clients = stack.enter_context(asking(apis, habits))
        sizes = [
            [mebibytes(api) for api in apis]
            for _ in followed_changes(house, first, stream, clients)
        ]
    answers, warm = all_answers(clients), sizes[int(WARM_SHARE * len(sizes)) :]
    print(  # noqa: T201 - figures of the proof
        f"{SECONDS:.0f} s, {len(sizes)} changes, {answers.total()} requests:"
        f" MiB of each process {sizes[0]} at first, {warm[0]} warm, {warm[-1]} in the end"
    )
    assert set(answers) == {"200"}, answers
    assert {len(said) for said in forecasts_by_epoch(clients).values()} == {1}
    for before, after in zip(warm[0], warm[-1], strict=True):
        assert after - before < GROWTH_MIB


def followed_changes(
    house: House, first: Event, stream: redis.Redis, clients: Sequence[Client]
) -> Iterator[float]:
    """Change the champion every ten seconds; yield how long the last process took to follow."""
    started = time.monotonic()
    for number, (event, at) in enumerate(told(stream, changes(house, first)), 1):
        yield seconds_to_the_last(clients, event, at)
        time.sleep(max(0.0, started + number * CHANGE_EVERY_SECONDS - time.monotonic()))
        if time.monotonic() - started >= SECONDS:
            return


def mebibytes(api: Api) -> float:
    """Return how much memory a process has."""
    return round(psutil.Process(api.pid).memory_info().rss / _MIB, 1)

"""Promotions and rollbacks under load: four processes follow at once, and no answer mixes two."""

import itertools
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from tests.integration.api.changes import changes, told
from tests.integration.api.clients import (
    Client,
    Habit,
    all_answers,
    asking,
    forecasts_by_epoch,
    seconds_to_the_last,
)
from tests.integration.api.house import House
from tests.integration.api.processes import TIMER_SECONDS, Api, running_api, seconds_until

PROCESSES = 4
CHANGES = 100
REQUESTS_PER_SECOND = 200
MEDIAN_SECONDS = 0.250
#: Changes nobody is told of: the timer alone has to find them.
UNTOLD = 2


@pytest.fixture
def apis(
    house: House,
    home: Path,
    database_url: str,
    empty_redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[list[Api]]:
    """Return the processes, without a limit: all clients have one address here."""
    monkeypatch.setenv("CLIMATE_API_RATE_LIMIT", "100000/second")
    house.observe()
    with ExitStack() as stack:
        yield [
            stack.enter_context(running_api(home, database_url, empty_redis_url))
            for _ in range(PROCESSES)
        ]


@pytest.mark.slow
def test_every_process_follows_promotions_and_rollbacks_at_once_and_no_answer_mixes_two(
    house: House, apis: list[Api], empty_redis_url: str
) -> None:
    first = house.promote()
    for api in apis:
        seconds_until(lambda api=api: api.epoch() is not None, at_most=TIMER_SECONDS + 2)  # type: ignore[misc]
    habits = [Habit(REQUESTS_PER_SECOND / PROCESSES)] * PROCESSES
    started = time.monotonic()
    with redis.Redis.from_url(empty_redis_url) as stream, asking(apis, habits) as clients:
        seconds_to_the_last(clients, first, started)
        committed = changes(house, first)
        heard = [
            seconds_to_the_last(clients, event, at)
            for event, at in told(stream, itertools.islice(committed, CHANGES))
        ]
        found = [
            seconds_to_the_last(clients, event, time.monotonic())
            for event in itertools.islice(committed, UNTOLD)
        ]
    print_figures(clients, time.monotonic() - started, heard, found)
    check_answers(clients)
    assert statistics.median(heard) < MEDIAN_SECONDS
    assert max(found) < TIMER_SECONDS + 1


def print_figures(
    clients: Sequence[Client], seconds: float, heard: list[float], found: list[float]
) -> None:
    """Print what the proof measured."""
    print(  # noqa: T201 - figures of the proof
        f"{CHANGES} changes, {all_answers(clients).total() / seconds:.0f} requests/s: from commit"
        f" to the last of {PROCESSES} processes median {statistics.median(heard) * 1000:.0f} ms,"
        f" at most {max(heard) * 1000:.0f} ms; without a message at most {max(found):.1f} s"
    )


def check_answers(clients: Sequence[Client]) -> None:
    """Hold every answer against the others: none failed, and none mixes two versions."""
    answers = all_answers(clients)
    assert set(answers) == {"200"}, answers
    forecasts = forecasts_by_epoch(clients)
    assert len(forecasts) > CHANGES
    assert {len(said) for said in forecasts.values()} == {1}
    # One forecast for the first champion, however often it came back, and one for each promotion.
    assert len(set.union(*forecasts.values())) == 1 + (CHANGES + UNTOLD) // 2

"""Promotions and rollbacks under load, by four processes: until the last one serves them."""

import itertools
import statistics
from contextlib import ExitStack
from dataclasses import dataclass

import redis

from benchmarks.serve.world import World
from tests.integration.api.changes import changes, told
from tests.integration.api.clients import Habit, all_answers, asking, seconds_to_the_last
from tests.integration.api.processes import TIMER_SECONDS, running_api, seconds_until

_PROCESSES, _CHANGES, _REQUESTS_PER_SECOND = 4, 100, 200


@dataclass(frozen=True)
class Reloads:
    """What was seen of them.

    Attributes
    ----------
    median_ms : float
        From the commit of a change to the first answer of the last process.
    failed : int
        Requests that were not answered with 200.
    """

    median_ms: float
    failed: int


def reloads(world: World) -> Reloads:
    """Change the champion again and again while clients ask for its forecast."""
    with ExitStack() as stack:
        apis = [
            stack.enter_context(running_api(world.home, world.database_url, world.redis_url))
            for _ in range(_PROCESSES)
        ]
        for api in apis:
            seconds_until(lambda api=api: api.epoch() is not None, at_most=TIMER_SECONDS)  # type: ignore[misc]
        stream = stack.enter_context(redis.Redis.from_url(world.redis_url))
        habits = [Habit(_REQUESTS_PER_SECOND / _PROCESSES)] * _PROCESSES
        with asking(apis, habits) as clients:
            committed = itertools.islice(changes(world.house, world.promoted), _CHANGES)
            seconds = [
                seconds_to_the_last(clients, event, at) for event, at in told(stream, committed)
            ]
    answers = all_answers(clients)
    return Reloads(1000 * statistics.median(seconds), answers.total() - answers["200"])

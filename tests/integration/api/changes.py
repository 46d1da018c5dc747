"""Promotions and rollbacks one after the other, told to running processes or kept from them."""

import itertools
import time
from collections.abc import Iterator

import redis

from shared.adapters.event_stream import publish_to_stream
from shared.contracts.events import Event
from tests.integration.api.house import House


def changes(house: House, first: Event) -> Iterator[Event]:
    """Promote a new model and take it back, in turn; each change is committed when it is drawn."""
    champion = first
    for number in itertools.count(1):
        if number % 2:
            before, champion = champion, house.promote(constant=number / 10)
        else:
            before, champion = champion, house.roll_back(before, champion)
        yield champion


def told(stream: redis.Redis, committed: Iterator[Event]) -> Iterator[tuple[Event, float]]:
    """Tell every process of each change at once; yield it with the moment of its commit."""
    for event in committed:
        at = time.monotonic()
        publish_to_stream(stream, event)
        yield event, at

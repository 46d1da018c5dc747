"""Waiting for something to become true, with an end."""

import time
from collections.abc import Callable

POLL_SECONDS = 0.1


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Poll a condition until it holds or the time is up; say whether it held."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True

"""Policies side by side: each lives its days in a thread, none far ahead of the others.

They wait for the same contenders, which other processes make. While one waits, another lives on.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

# Far enough to wait for different things, near enough to find the same contenders still there.
_MOST_AHEAD = 8
_LOOK_SECONDS = 0.2


class _Stopped(Exception):
    """Ends a policy because another one failed, or the user has had enough."""


class Pace:
    """Where each policy is."""

    def __init__(self, names: Sequence[str]) -> None:
        self._places = dict.fromkeys(names, 0)
        self._moved = threading.Condition()
        self._is_stopped = False

    @property
    def behind(self) -> int:
        """How many days all have lived."""
        return min(self._places.values())

    def reach(self, name: str, place: int) -> None:
        """Say that a policy begins a day; waits until it is not far ahead."""
        with self._moved:
            self._places[name] = place
            self._moved.notify_all()
            self._moved.wait_for(lambda: self._is_stopped or place <= self.behind + _MOST_AHEAD)
            if self._is_stopped:
                raise _Stopped

    def stop(self) -> None:
        """Let everybody end before the next day."""
        with self._moved:
            self._is_stopped = True
            self._moved.notify_all()


def side_by_side(
    names: Sequence[str],
    live: Callable[[str, int], None],
    *,
    days: int,
    watch: Callable[[int], None],
) -> None:
    """Let every policy live all days; `watch` is told how many all have lived.

    An error of one ends all of them, and is raised.
    """
    pace = Pace(names)

    def all_days(name: str) -> None:
        for place in range(days):
            pace.reach(name, place)
            live(name, place)
        pace.reach(name, days)

    with ThreadPoolExecutor(len(names)) as threads:
        lives = [threads.submit(all_days, name) for name in names]
        try:
            while wait(lives, timeout=_LOOK_SECONDS, return_when=FIRST_EXCEPTION).not_done:
                watch(pace.behind)
                if any(one.done() and one.exception() for one in lives):
                    break
        finally:
            pace.stop()
    for one in lives:
        error = one.exception()
        if error is not None and not isinstance(error, _Stopped):
            raise error

"""How much memory a replay holds as it goes on: it should stay the same over years."""

import ctypes
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psutil

#: Told the virtual date, and how many days of how many are over.
Watch = Callable[[date, int, int], None]

# Looking takes some milliseconds.
_LOOK_SECONDS = 10.0
# When everything is imported and the first trainings are over.
_WARM = 0.1

# Of GNU's mallopt(3); other C libraries have no such thing.
_M_ARENA_MAX = -8


def share_one_arena() -> None:
    """Let all threads of this process allocate from one arena.

    GNU's C library gives every thread one, and what a thread frees stays in its own: models and
    forecasts of years, made by the threads of all policies, leave holes in each. To be called
    before those threads start: one that has an arena keeps it.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


class Resident:
    """Memory of the processes of a replay, at a tenth of the days and at the end."""

    def __init__(self) -> None:
        self._at_first: float | None = None
        self._at_last = 0.0
        self._looked = -_LOOK_SECONDS

    @property
    def megabytes(self) -> list[float]:
        """Memory after a tenth of the days, and at the end (MB)."""
        return [round(self._at_first or self._at_last, 1), round(self._at_last, 1)]

    def watching(self, watch: Watch) -> Watch:
        """Return a watch that looks at the memory too, now and then."""

        def look(day: date, done: int, of: int) -> None:
            watch(day, done, of)
            now = time.monotonic()
            if done < of and now < self._looked + _LOOK_SECONDS:
                return
            self._looked, found = now, _megabytes()
            # At the very end processes are ending.
            self._at_last = max(self._at_last, found) if done == of else found
            if self._at_first is None and done >= _WARM * of:
                self._at_first = self._at_last

        return look


def _megabytes() -> float:
    """Return what all Python processes of this replay hold: its database is not among them.

    Pages that several share, as forks do, count once where the system tells them apart.
    """
    here = psutil.Process()
    return sum(_held(one) for one in [here, *here.children(recursive=True)]) / 2**20


def _held(process: psutil.Process) -> int:
    try:
        if "python" not in Path(process.exe()).name:
            return 0
        found = process.memory_full_info()
    except psutil.Error:
        return 0
    size: int = getattr(found, "pss", found.uss)
    return size

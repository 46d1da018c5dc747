"""How much memory a replay holds as it goes on: it should stay the same over years."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import psutil

#: Told the virtual date, and how many days of how many are over.
Watch = Callable[[date, int, int], None]

# When everything is imported and the first trainings are over.
_WARM = 0.1


class Resident:
    """Resident sets of this process and those that make contenders, at a tenth and at the end."""

    def __init__(self) -> None:
        self._at_first: float | None = None
        self._at_last = 0.0

    @property
    def megabytes(self) -> list[float]:
        """Memory after a tenth of the days, and at the end (MB)."""
        return [round(self._at_first or self._at_last, 1), round(self._at_last, 1)]

    def watching(self, watch: Watch) -> Watch:
        """Return a watch that looks at the memory too."""

        def look(day: date, done: int, of: int) -> None:
            watch(day, done, of)
            self._at_last = _megabytes()
            if self._at_first is None and done >= _WARM * of:
                self._at_first = self._at_last

        return look


def _megabytes() -> float:
    """Return what all Python processes of this replay hold: its database is not among them."""
    here = psutil.Process()
    found = [here, *(one for one in here.children() if _is_python(one))]
    return sum(_resident(one) for one in found) / 2**20


def _is_python(process: psutil.Process) -> bool:
    try:
        return "python" in Path(process.exe()).name
    except psutil.Error:
        return False


def _resident(process: psutil.Process) -> int:
    try:
        size: int = process.memory_info().rss
    except psutil.Error:
        return 0
    return size

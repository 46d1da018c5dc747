"""How much is asked, by key or address, over all processes; no request waits for Redis.

Each process counts what it lets in, and tells Redis twice a second what it has counted; Redis says
what all of them have. So the limit holds over all processes to within half a second's requests, and
while Redis is away each process keeps it by itself.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter

TELL_EVERY_SECONDS = 0.5

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Window:
    """What is known of one who asks, until the window ends.

    Attributes
    ----------
    left : int
        Requests left, by what all processes have counted and this one since.
    untold : int
        Requests this process has not told the others of.
    ends_at : float
        Unix time.
    """

    limit: RateLimitItem
    left: int
    ends_at: float
    untold: int = 0


class RateLimits:
    """Counts here, and together with the other processes.

    Parameters
    ----------
    shared : Storage
        Redis.
    clock : Callable
        Unix time in seconds.
    """

    def __init__(self, shared: Storage, clock: Callable[[], float] = time.time) -> None:
        self._shared = FixedWindowRateLimiter(shared)
        self._alone = FixedWindowRateLimiter(MemoryStorage())
        self._clock = clock
        self._windows: dict[str, _Window] = {}
        self._is_alone = False

    def seconds_to_wait(self, who: str, limit: RateLimitItem) -> int:
        """Count a request; return 0 if it may pass, else in how many seconds to come back."""
        now = self._clock()
        window = self._windows.get(who)
        if window is None or window.ends_at <= now:
            window = _Window(limit, limit.amount, now + limit.get_expiry())
            self._windows[who] = window
        if window.left <= 0:
            return max(1, round(window.ends_at - now))
        window.left -= 1
        window.untold += 1
        return 0

    async def run(self) -> None:
        """Tell and ask until cancelled."""
        while True:
            await asyncio.sleep(TELL_EVERY_SECONDS)
            await self.tell()

    async def tell(self) -> None:
        """Tell what was counted since, and learn what all have counted."""
        now = self._clock()
        self._windows = {who: one for who, one in self._windows.items() if one.ends_at > now}
        together = True
        for who, window in list(self._windows.items()):
            requests, window.untold = window.untold, 0
            if requests:
                together = together and await self._count_together(who, window, requests)
                if not together:
                    await _count(self._alone, who, window, requests)

    async def _count_together(self, who: str, window: _Window, requests: int) -> bool:
        """Count with the other processes; say whether that was possible."""
        try:
            await _count(self._shared, who, window, requests)
        except Exception as error:  # noqa: BLE001 - whatever ails Redis, limits are kept here
            if not self._is_alone:
                _log.warning("rate_limits_kept_alone", reason=type(error).__name__)
            self._is_alone = True
            return False
        self._is_alone = False
        return True


async def _count(limiter: FixedWindowRateLimiter, who: str, window: _Window, requests: int) -> None:
    await limiter.hit(window.limit, who, cost=requests)
    stats = await limiter.get_window_stats(window.limit, who)
    window.left, window.ends_at = stats.remaining - window.untold, stats.reset_time

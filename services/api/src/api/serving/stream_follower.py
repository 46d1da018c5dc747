"""Following the Redis Stream of events: each entry is a hint to reconcile now rather than soon.

Every process reads the whole stream from its own position, without a consumer group, which would
split the entries among them. Redis may go away, come back empty or come back older: the worst of
it is that this process reconciles on its timer alone.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from api.serving.state import Link
from shared.contracts.queues import EVENT_STREAM

if TYPE_CHECKING:
    from redis.asyncio import Redis

BLOCK_MILLISECONDS = 4_000  # well below the connection's socket timeout
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0
_START = b"0-0"

_log = structlog.get_logger(__name__)


class StreamFollower:
    """Calls `wake` for every batch of entries, and after every reconnect.

    Parameters
    ----------
    link : Link
        Where the state of the connection is noted.
    """

    def __init__(
        self,
        client: "Redis",
        wake: Callable[[], None],
        link: Link,
        *,
        block_milliseconds: int = BLOCK_MILLISECONDS,
    ) -> None:
        self._client = client
        self._wake = wake
        self._link = link
        self._block_milliseconds = block_milliseconds

    async def run(self) -> None:
        """Follow until cancelled."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._follow()
            except Exception as error:  # noqa: BLE001 - hints are a convenience: it tries again
                if self._link.error is None:
                    _log.warning("stream_lost", error=str(error))
                    pause = _FIRST_PAUSE_SECONDS
                self._link.failed(error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _follow(self) -> None:
        """Wait for entry after entry, from the newest one on, until the connection fails."""
        position = await self._newest()
        self._wake()  # whatever was missed up to here
        while True:
            self._link.succeeded()
            await self._client.xread({EVENT_STREAM: position}, block=self._block_milliseconds)
            # What matters is only that there is something new. Asked anew each time, since a stream
            # that was wiped begins again below the old position.
            newest = await self._newest()
            if newest != position:
                self._wake()
            position = newest

    async def _newest(self) -> bytes | str:
        entries = await self._client.xrevrange(EVENT_STREAM, count=1)
        return (entries[0][0] if entries else None) or _START

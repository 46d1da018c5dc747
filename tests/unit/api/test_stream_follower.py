"""Following the stream: every entry is a hint, and so is every reconnect."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING, cast

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from api.serving.state import Link
from api.serving.stream_follower import StreamFollower
from shared.contracts.queues import EVENT_STREAM
from tests.unit.api.world import NOW

if TYPE_CHECKING:
    from redis.asyncio import Redis

pytestmark = pytest.mark.anyio


class FakeRedis:
    """A stream as far as a follower sees it, that can be lost, wiped and come back."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.is_away = False
        self.error: Exception = RedisConnectionError("closed")
        self.changed = asyncio.Event()
        self.asked = asyncio.Event()

    def publish(self, number: int) -> None:
        """Append an entry of some id."""
        self.ids.append(number)
        self.change()

    def change(self) -> None:
        """Wake whoever waits."""
        self.changed.set()
        self.changed = asyncio.Event()

    async def until_asked_again(self) -> None:
        """Wait until the follower has looked for the newest entry once more."""
        self.asked.clear()
        await self.asked.wait()

    async def xrevrange(self, stream: str, *, count: int) -> list[tuple[bytes, dict[str, str]]]:
        """Return the newest entries."""
        assert (stream, count) == (EVENT_STREAM, 1)
        self.asked.set()
        await asyncio.sleep(0)
        if self.is_away:
            raise self.error
        return [(f"{number}-0".encode(), {}) for number in self.ids[-1:]]

    async def xread(self, streams: dict[str, bytes], *, block: int) -> list[bytes]:
        """Wait until there is something after a position."""
        last = int(bytes(streams[EVENT_STREAM]).partition(b"-")[0])
        with suppress(TimeoutError):
            async with asyncio.timeout(block / 1000):
                while not self.is_away and not any(number > last for number in self.ids):
                    await self.changed.wait()
        if self.is_away:
            raise self.error
        return [f"{number}-0".encode() for number in self.ids if number > last]


class NoticingLink(Link):
    """A link that lets a test wait for its failure."""

    def __init__(self) -> None:
        super().__init__(lambda: NOW)
        self.lost = asyncio.Event()

    def failed(self, error: Exception) -> None:
        """Note the failure, and let it be noticed."""
        super().failed(error)
        self.lost.set()


class Following:
    """A follower at work, and its calls for a look at the database."""

    def __init__(self) -> None:
        self.redis = FakeRedis()
        self.link = NoticingLink()
        self._calls = asyncio.Semaphore(0)
        follower = StreamFollower(
            cast("Redis", self.redis), self._calls.release, self.link, block_milliseconds=20
        )
        self._task = asyncio.create_task(follower.run())

    async def until_it_calls(self) -> None:
        """Wait for the next call."""
        async with asyncio.timeout(5):
            await self._calls.acquire()

    async def stop(self) -> None:
        """End the follower."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


@pytest.fixture
async def following() -> AsyncIterator[Following]:
    """Return a follower that has connected, and called for a look at the database on that."""
    found = Following()
    await found.until_it_calls()
    yield found
    await found.stop()


async def test_entry_calls_for_another_look(following: Following) -> None:
    following.redis.publish(5)
    await following.until_it_calls()


@pytest.mark.parametrize("error", [RedisConnectionError("closed"), RuntimeError("out of step")])
async def test_reconnecting_calls_for_a_look_at_what_was_missed(
    following: Following, error: Exception
) -> None:
    following.redis.error = error
    following.redis.is_away = True
    following.redis.change()
    async with asyncio.timeout(5):
        await following.link.lost.wait()
    following.redis.is_away = False
    await following.until_it_calls()
    assert following.link.error is None


async def test_stream_that_was_wiped_and_begins_again_lower_is_followed_on(
    following: Following,
) -> None:
    following.redis.publish(1_000)
    await following.until_it_calls()
    following.redis.ids.clear()
    await following.redis.until_asked_again()
    following.redis.publish(3)
    await following.until_it_calls()

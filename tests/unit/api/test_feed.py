"""What happens is told once to everyone who listens, and again to who was away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError

from api.answers.record import LoggedEvent
from api.live.feed import Feed, Told
from shared.contracts.events import Event, ObservationsCollected
from tests.unit.api.conftest import client_of
from tests.unit.api.world import LAST_DATE, NOW, World

pytestmark = pytest.mark.anyio
SOON = 5.0


def logged(position: int) -> LoggedEvent:
    fact = ObservationsCollected(
        site_id="marrakech", first_date=LAST_DATE, last_date=LAST_DATE, days_changed=position
    )
    event = Event.of(fact, time=NOW, correlation_id=uuid4())
    return LoggedEvent(position=position, **event.model_dump())


def log_of(*positions: int) -> list[LoggedEvent]:
    return [logged(position) for position in sorted(positions, reverse=True)]


@asynccontextmanager
async def running(feed: Feed) -> AsyncIterator[None]:
    task = asyncio.create_task(feed.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def feed(world: World) -> Feed:
    return Feed(world.guarded_record, world.state, pause_seconds=0.01)


async def listening(feed: Feed, listener: AsyncIterator[Told]) -> asyncio.Future[Told]:
    """Return the first thing told, to be awaited, once it is listened for."""
    before = feed.n_listeners
    first = asyncio.ensure_future(anext(listener))
    for _ in range(1000):
        if feed.n_listeners > before:
            break
        await asyncio.sleep(0.001)
    return first


async def test_event_is_told_to_every_listener(world: World, feed: Feed) -> None:
    world.record.logged = log_of(1)
    async with running(feed):
        firsts = [await listening(feed, feed.listen()) for _ in range(2)]
        world.record.logged = log_of(1, 2)
        told = await asyncio.wait_for(asyncio.gather(*firsts), SOON)
    assert [one.position for one in told] == [2, 2]
    assert told[0].name == "observations.collected"


async def test_event_that_was_committed_late_is_told(world: World, feed: Feed) -> None:
    # Positions are handed out before the commit: 2 appears after 3.
    world.record.logged = log_of(1, 3)
    async with running(feed):
        first = await listening(feed, feed.listen())
        world.record.logged = log_of(1, 2, 3)
        assert (await asyncio.wait_for(first, SOON)).position == 2


async def test_listener_that_was_away_is_told_what_it_missed_once(world: World, feed: Feed) -> None:
    world.record.logged = log_of(1, 2, 3)
    listener = feed.listen(after=1)
    async with running(feed):
        missed = [(await asyncio.wait_for(anext(listener), SOON)).position for _ in range(2)]
        world.record.logged = log_of(1, 2, 3, 4)
        following = await asyncio.wait_for(anext(listener), SOON)
    assert (missed, following.position) == ([2, 3], 4)


async def test_database_that_was_away_costs_no_event(world: World, feed: Feed) -> None:
    world.record.logged = log_of(1)
    async with running(feed):
        first = await listening(feed, feed.listen())
        world.record.error = OperationalError("select", {}, Exception("gone"))
        await asyncio.sleep(0.03)
        world.record.error = None
        world.record.logged = log_of(1, 2)
        assert (await asyncio.wait_for(first, SOON)).position == 2


async def test_moving_jobs_and_renewed_forecasts_are_told(world: World, feed: Feed) -> None:
    listener = feed.listen()
    async with running(feed):
        first = await listening(feed, listener)
        world.record.mark = "something moved"
        assert (await asyncio.wait_for(first, SOON)).name == "pipeline"
        world.state.swap(world.state.snapshot)
        world.state.reloaded_at = NOW.replace(hour=13)
        assert (await asyncio.wait_for(anext(listener), SOON)).name == "reloaded"


async def test_closing_lets_every_listener_go(feed: Feed) -> None:
    async with running(feed):
        first = await listening(feed, feed.listen())
        feed.close()
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(first, SOON)
    assert feed.n_listeners == 0


async def test_nothing_is_read_while_nobody_listens(world: World, feed: Feed) -> None:
    world.record.error = AssertionError("the log was read")
    async with running(feed):
        await asyncio.sleep(0.05)


async def test_head_of_the_stream_ends(world: World) -> None:
    async with client_of(world) as client:
        response = await asyncio.wait_for(client.head("/api/v1/events/stream"), SOON)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")


async def test_stream_is_refused_a_position_that_is_none(world: World) -> None:
    async with client_of(world) as client:
        headers = {"Last-Event-ID": "yesterday"}
        response = await client.get("/api/v1/events/stream", headers=headers)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"

"""The application around a small world, and a client without sockets."""

from collections.abc import AsyncIterator, Iterator, MutableMapping

import httpx
import pytest
import structlog.testing

from api.app import create_app
from tests.unit.api.world import World, world_with_champions


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio alone, as the server does."""
    return "asyncio"


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, object]]]:
    """Catch what is logged; a test may look at it."""
    with structlog.testing.capture_logs() as caught:
        yield caught


@pytest.fixture
def world() -> World:
    """Return a world that serves a champion of every variable."""
    return world_with_champions()


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of the application around `world`."""
    async with client_of(world) as found:
        yield found


def client_of(world: World) -> httpx.AsyncClient:
    """Return a client of an application around a world."""
    transport = httpx.ASGITransport(create_app(world.services), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://api.test")

"""The server of recorded weather on a free port, with misbehaviour that tests switch on and off."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import uvicorn

from collector.recorded.app import create_app
from collector.recorded.library import Library, Recording
from collector.recorded.rules import ErrorCase, read_error_cases
from collector.recorded.world import World
from collector.simulator.climate import MARRAKECH
from collector.simulator.weather import simulate_places
from collector.stand_in.hosts import ARCHIVE, FORECAST, PREVIOUS_RUNS
from collector.stand_in.query import Place
from shared.forecasting.history import DailyHistory
from shared.forecasting.sphere import Position
from tests.support.data import SHARED_DATA

ERROR_CASES = SHARED_DATA / "open-meteo-api" / "errors.json"
TODAY = date(2026, 11, 23)
LONDON = Place(51.48, -0.45, 25.0)
_START_SECONDS = 10.0


@dataclass(frozen=True)
class RecordedServer:
    """A running server: its address, and its world to look into and to change."""

    url: str
    world: World

    @property
    def archive_url(self) -> str:
        return f"{self.url}{ARCHIVE.path}"

    @property
    def forecast_url(self) -> str:
        return f"{self.url}{FORECAST.path}"

    @property
    def previous_runs_url(self) -> str:
        return f"{self.url}{PREVIOUS_RUNS.path}"


def made_up_library(
    places: Sequence[Place] = (MARRAKECH, LONDON),
    *,
    first: date = date(2024, 1, 1),
    last: date = TODAY,
    copies: bool = False,
) -> Library:
    """Return recordings of simulated weather: every variable on every day."""
    weather = simulate_places(places, first, last)
    recordings = [
        Recording(
            name=f"place-{number}",
            position=Position(place.latitude, place.longitude),
            elevation=place.elevation,
            timezone="Etc/UTC",
            history=DailyHistory(first, {name: days[number] for name, days in weather.items()}),
        )
        for number, place in enumerate(places)
    ]
    return Library(recordings, copies=copies)


def error_cases(path: Path = ERROR_CASES) -> list[ErrorCase]:
    """Return the error answers beside the repository; skip the test where they are not."""
    if not path.exists():
        pytest.skip("no ../shared/data/open-meteo-api/errors.json on this machine")
    return read_error_cases(path)


@contextmanager
def serve(world: World) -> Iterator[RecordedServer]:
    """Answer on a free port of this machine, from a thread, for as long as the block lasts."""
    config = uvicorn.Config(
        create_app(world), log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        _wait_for_start(server)
        try:
            yield RecordedServer(f"http://127.0.0.1:{listening.getsockname()[1]}", world)
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)


def _wait_for_start(server: uvicorn.Server) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if time.monotonic() > deadline:
            pytest.fail("the server of recorded weather did not start")
        time.sleep(0.01)


@pytest.fixture
def serve_recorded() -> Iterator[Callable[[World], RecordedServer]]:
    """Return a function that starts a server for a world; it stops with the test."""
    with ExitStack() as stack:
        yield lambda world: stack.enter_context(serve(world))


@pytest.fixture
def recorded(serve_recorded: Callable[[World], RecordedServer]) -> RecordedServer:
    """Return a server of two made-up places, on 2026-11-23."""
    return serve_recorded(World(made_up_library(), today=TODAY))

"""The reloading thread: at start, on a hint, on its timer, and whatever goes wrong."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.serving.checkpoint import Checkpoint
from api.serving.reload_thread import ReloadThread
from shared.forecasting.variables import Variable
from tests.unit.api.world import World, world_with_champions

TMAX = Variable.TEMPERATURE_MAX
NEVER = timedelta(hours=1)
OFTEN = timedelta(milliseconds=20)


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; fail the test if it never does."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture
def start(world: World, tmp_path: Path) -> Iterator[Callable[[timedelta], ReloadThread]]:
    """Return what starts a thread on `world` with a timer; it is stopped after the test."""
    threads: list[ReloadThread] = []

    def start_with(interval: timedelta) -> ReloadThread:
        thread = ReloadThread(
            world.state,
            world.reconciler,
            world.source,
            Checkpoint(tmp_path),
            interval=interval,
        )
        threads.append(thread)
        thread.start()
        return thread

    yield start_with
    for thread in threads:
        thread.stop()


def served_epoch(world: World) -> int:
    """Return the epoch that serves the maximum temperature."""
    return world.state.snapshot.sites["marrakech"].models[TMAX].champion.epoch


Start = Callable[[timedelta], ReloadThread]


def test_thread_reconciles_at_start(world: World, start: Start) -> None:
    world.promote(TMAX, 10)
    start(NEVER)
    eventually(lambda: served_epoch(world) == 10)


def test_hint_is_followed_at_once(world: World, start: Start) -> None:
    thread = start(NEVER)
    eventually(lambda: world.state.database.used_at is not None)
    world.promote(TMAX, 10)
    thread.wake()
    eventually(lambda: served_epoch(world) == 10)


def test_lost_hint_costs_no_more_than_the_timer(world: World, start: Start) -> None:
    start(OFTEN)
    world.promote(TMAX, 10)
    eventually(lambda: served_epoch(world) == 10)


def test_database_away_is_noted_and_made_up_for(world: World, start: Start) -> None:
    world.source.error = ConnectionError("no route to host")
    start(OFTEN)
    eventually(lambda: world.state.database.error == "ConnectionError: no route to host")
    assert served_epoch(world) == 1
    world.promote(TMAX, 10)
    world.source.error = None
    eventually(lambda: served_epoch(world) == 10)
    eventually(lambda: world.state.database.error is None)


def test_process_without_database_serves_its_copy(
    world: World, start: Start, tmp_path: Path
) -> None:
    other = world_with_champions()
    Checkpoint(tmp_path).save(other.source.desired_state(), other.state.snapshot)
    world.artifacts.by_digest |= other.artifacts.by_digest
    world.state.snapshot = World().state.snapshot
    world.source.error = ConnectionError("no route to host")
    start(NEVER)
    eventually(lambda: bool(world.state.snapshot.sites))
    assert served_epoch(world) == 1


def test_damaged_copy_leaves_the_thread_alive(world: World, start: Start, tmp_path: Path) -> None:
    Checkpoint(tmp_path).save(world.source.desired_state(), world.state.snapshot)
    (tmp_path / "history-marrakech.npz").write_bytes(b"PK\x03\x04 cut off")
    world.state.snapshot = World().state.snapshot
    world.source.error = ConnectionError("no route to host")
    start(OFTEN)
    eventually(lambda: world.state.database.error is not None)
    world.source.error = None
    eventually(lambda: bool(world.state.snapshot.sites))
    assert served_epoch(world) == 1


def test_copy_is_kept_for_the_next_start(world: World, start: Start, tmp_path: Path) -> None:
    start(NEVER)
    eventually((tmp_path / "desired.json").exists)
    assert Checkpoint(tmp_path).desired_state() == world.source.desired_state()


def test_folder_that_cannot_be_written_does_not_stop_serving(
    world: World, start: Start, tmp_path: Path
) -> None:
    (tmp_path / "history-marrakech.npz").mkdir()  # a folder where a file should be
    world.promote(TMAX, 10)
    start(OFTEN)
    eventually(lambda: served_epoch(world) == 10)
    world.promote(TMAX, 11)
    eventually(lambda: served_epoch(world) == 11)

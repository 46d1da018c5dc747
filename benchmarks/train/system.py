"""The whole native system, in a home of its own, with nothing to collect and many trials to try."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.foreground import stop, take_lock
from local.home import Home
from local.narration.screen import Screen
from local.stack.running import Stack
from local.stack.starting import Start, start_stack
from shared.contracts.provenance import Source
from shared.errors import ClimateError


@contextmanager
def running_system(*, trials: int, tuning_seconds: float, trainers: int) -> Iterator[Stack]:
    """Run the system for as long as the block lasts; nothing of it stays."""
    os.environ |= {
        "CLIMATE_TRAINERS": str(trainers),
        "CLIMATE_TRAINER_TRIALS": str(trials),
        "CLIMATE_TRAINER_TUNING_SECONDS": str(tuning_seconds),
    }
    with tempfile.TemporaryDirectory(prefix="climate-bench-") as folder:
        home, screen = Home.at(Path(folder)), Screen()
        lock = take_lock(home, screen)
        if lock is None:
            raise ClimateError(f"Something runs in the new folder {folder} already.")
        start = Start(home, lock, Source.NONE, attached=True, tell=screen)
        try:
            yield start_stack(start)
        finally:
            stop(home)
            start.release()

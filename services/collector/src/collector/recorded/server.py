"""Runs the server of recorded weather as a process of its own."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import uvicorn

from collector.recorded.app import create_app
from collector.recorded.library import read_library
from collector.recorded.rules import read_error_cases
from collector.recorded.world import World
from shared.adapters.logging import configure_logging

_GRACE_SECONDS = 1  # a hanging answer would hang for ever


@dataclass(frozen=True)
class Repertoire:
    """What is served.

    Attributes
    ----------
    data : Path
        A folder with places.csv and <place>/daily.csv.
    errors : Path or None
        A JSON file of error cases.
    copies : bool
        Whether positions without a recording are answered with a copy of some other.
    today : date or None
        The day it is said to be, rather than the wall clock's.
    """

    data: Path
    errors: Path | None = None
    copies: bool = False
    today: date | None = None

    def world(self) -> World:
        """Return the world this makes."""
        cases = read_error_cases(self.errors) if self.errors else []
        return World(read_library(self.data, copies=self.copies), cases, today=self.today)


def run_recorded(repertoire: Repertoire, *, host: str, port: int) -> None:
    """Answer over HTTP until the process is told to stop."""
    configure_logging("recorded")
    uvicorn.run(
        create_app(repertoire.world()),
        host=host,
        port=port,
        log_config=None,  # logging is set up already
        access_log=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )

"""`climate logs`: what the processes write."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from local.command.options import HomeOption
from local.home import Home
from shared.errors import ClimateError

FOLLOW_SECONDS = 0.5


class NoSuchLog(ClimateError):
    """No process of this name has written anything."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(rich_help_panel="Run")(logs)


def logs(
    process: Annotated[
        str | None, typer.Argument(help="A process, as `climate status` lists it; all if none.")
    ] = None,
    home: HomeOption = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as more comes.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="So many, the last.")] = 20,
) -> None:
    """Print the last lines of the processes' logs."""
    tails = [Tail(path, named=process is None) for path in find_logs(Home.at(home), process)]
    for tail in tails:
        tail.print_last(lines)
    while follow:
        for tail in tails:
            tail.print_new()
        time.sleep(FOLLOW_SECONDS)


def find_logs(home: Home, process: str | None) -> list[Path]:
    """Return the log of a process, or all of them; raises `NoSuchLog`."""
    found = sorted(home.logs.glob("*.log"))
    wanted = [path for path in found if process in {None, path.stem}]
    if not wanted:
        names = ", ".join(path.stem for path in found)
        there = f"there are logs of {names}" if names else "nothing was ever started here"
        raise NoSuchLog(f"There is no log of {process or 'anything'} in {home.logs}: {there}.")
    return wanted


class Tail:
    """The end of a growing file; it may be exchanged for a new one when it is full."""

    def __init__(self, path: Path, *, named: bool) -> None:
        self._path = path
        self._prefix = f"{path.stem:>14} | " if named else ""
        self._position = 0

    def print_last(self, lines: int) -> None:
        """Print the last lines there are."""
        fresh = self._read()
        self._print(fresh[-lines:] if lines else [])

    def print_new(self) -> None:
        """Print what has come since."""
        self._print(self._read())

    def _read(self) -> list[str]:
        """Return the lines after the position reached so far."""
        try:
            if self._path.stat().st_size < self._position:
                self._position = 0
            with self._path.open("rb") as file:
                file.seek(self._position)
                fresh = file.read()
        except FileNotFoundError:
            return []  # just being exchanged
        self._position += len(fresh)
        return fresh.decode("utf-8", "replace").splitlines()

    def _print(self, lines: list[str]) -> None:
        for line in lines:
            sys.stdout.write(f"{self._prefix}{line}\n")
        sys.stdout.flush()

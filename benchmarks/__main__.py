"""`python -m benchmarks`: runs parts, prints what they found and keeps it as JSON."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.parts import PARTS, load_part
from benchmarks.report import print_report, write_report
from benchmarks.setting import Setting, Tick

HERE = Path(__file__).parent
RESULTS, CACHE = HERE / "results", HERE / ".cache"
#: Without a terminal tables are not squeezed.
_WIDE = 180
#: A machine with less load than this a core is taken to be ours.
_QUIET_LOAD = 0.5


def main(
    parts: Annotated[list[str] | None, typer.Argument(help=f"Any of: {', '.join(PARTS)}.")] = None,
    places: Annotated[str, typer.Option(help="Only these places, such as basel,fes.")] = "",
    sites: Annotated[str, typer.Option(help="Only these numbers of sites, such as 1,10.")] = "",
    trials: Annotated[int, typer.Option(min=0, help="Trials of each study; 0: as usual.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="Processes side by side.")] = (
        os.cpu_count() or 1
    ),
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Take nothing from the cache.")] = False,
) -> None:
    """Measure the named parts, or all of them."""
    for part in parts or []:
        if part not in PARTS:
            raise typer.BadParameter(f"there is no part {part!r}: any of {', '.join(PARTS)}")
    console = Console(width=None if sys.stdout.isatty() else _WIDE)
    setting = Setting(
        places=tuple(filter(None, places.split(","))),
        sites=tuple(map(int, filter(None, sites.split(",")))),
        trials=trials,
        fresh=fresh,
        jobs=jobs,
        results=RESULTS,
        cache=CACHE,
        steps=Steps(console).shown,
    )
    for part in parts or PARTS:
        measure(part, setting, console)


def measure(part: str, setting: Setting, console: Console) -> None:
    """Run a part, print what it found and keep it."""
    started, busy = time.monotonic(), busy_with_other_things()
    report = load_part(part)(setting)
    report.warnings.extend(busy)
    report.figures["seconds_of_this_run"] = round(time.monotonic() - started, 1)
    print_report(part, report, console)
    path = write_report(part, report, setting.results)
    console.print(f"Kept in {os.path.relpath(path)}", highlight=False)


def busy_with_other_things() -> list[str]:
    """Return a warning if the machine works for somebody else already."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load < _QUIET_LOAD * cores:
        return []
    return [f"Load was {load:.1f} on {cores} cores before this began: its times are too long."]


class Steps:
    """Shows how far the work is: a bar on a terminal, a line a piece elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def shown(self, title: str, n_pieces: int) -> Iterator[Tick]:
        """Show `n_pieces` of work; the block says of each when it is done."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[last]}"),
        )
        started = time.monotonic()
        with Progress(
            *columns, console=self._console, disable=not self._console.is_terminal
        ) as progress:
            bar = progress.add_task(title, total=n_pieces, last="")
            done = 0

            def tick(what: str) -> None:
                nonlocal done
                done += 1
                progress.update(bar, advance=1, last=what)
                if not self._console.is_terminal:
                    seconds = time.monotonic() - started
                    self._console.print(f"{title}: {done} of {n_pieces}, {seconds:.0f} s: {what}")

            yield tick


if __name__ == "__main__":
    typer.run(main)

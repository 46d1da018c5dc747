"""`climate import`: observations of one's own."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from collector.importing import import_file
from local.command.import_report import report_tables
from local.command.options import HomeOption, JsonOption, SiteOption
from local.command.printing import print_json
from local.home import Home
from local.narration.screen import Screen
from local.stack.running import Stack
from shared.adapters.database import make_engine

T = TypeVar("T")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("import", rich_help_panel="Data")(import_observations)


def import_observations(
    file: Annotated[
        Path,
        typer.Argument(
            help="A download of Open-Meteo (CSV, JSON), a daily file of Meteostat, NOAA GHCN-Daily "
            "or GSOD, or a table of days; also packed by gzip."
        ),
    ],
    site: SiteOption,
    home: HomeOption = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Import the observations of a site from a file: all of it, or nothing if anything is wrong.

    Importing it again changes nothing.
    """
    engine = make_engine(Stack.running_at(Home.at(home)).database_url, pool_size=1)
    screen = Screen()
    try:
        with bar_on(screen) as bar:
            report = import_file(
                file,
                site_id=site,
                engine=engine,
                is_dry_run=dry_run,
                report=bar.tell,
                track=bar.track,
            )
    finally:
        engine.dispose()
    if as_json:
        n_days = len(report.reading.days)
        print_json(asdict(report) | {"reading": asdict(report.reading) | {"days": n_days}})
        return
    for part in report_tables(report, file=file, site_id=site):
        screen.say(part)


@dataclass(frozen=True)
class Bar:
    """Shows how far a file is read; on a terminal only, and gone when it is done."""

    progress: Progress

    def tell(self, what: str) -> None:
        """Say what is being done."""
        self.progress.update(self.progress.add_task(what, total=None), refresh=True)

    def track(self, items: Sequence[T], what: str) -> Iterable[T]:
        """Go through items, the bar following."""
        return self.progress.track(items, description=what)


@contextmanager
def bar_on(screen: Screen) -> Iterator[Bar]:
    """Keep a bar at the bottom while the block lasts."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    is_shown = screen.console.is_terminal
    with Progress(*columns, console=screen.console, transient=True, disable=not is_shown) as bar:
        yield Bar(bar)

"""`climate import`: observations of one's own."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from collector.importing import import_file
from local.command.options import HomeOption, SiteOption
from local.home import Home
from local.narration.screen import Screen
from local.stack.running import Stack
from shared.adapters.database import make_engine


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("import", rich_help_panel="Data")(import_observations)


def import_observations(
    file: Annotated[
        Path,
        typer.Argument(help="CSV or JSON as Open-Meteo lets you download it, or a daily table."),
    ],
    site: SiteOption,
    home: HomeOption = None,
) -> None:
    """Import the observations of a site from a file; importing it again changes nothing."""
    screen = Screen()
    engine = make_engine(Stack.running_at(Home.at(home)).database_url, pool_size=1)
    try:
        with screen.alive():
            report = import_file(file, site_id=site, engine=engine, report=screen.show)
    finally:
        engine.dispose()
    screen.say(
        f"[green]✓[/] {report.rows_read:,} rows read from {escape(str(file))}, "
        f"{report.days_changed:,} days of {site} new or changed "
        f"({report.first_date} to {report.last_date})"
    )

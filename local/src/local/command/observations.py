"""`climate import` and `climate sites`: what is known of the weather, and where."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from collector.importing import import_file
from local.command.options import HomeOption, JsonOption, SiteOption
from local.command.printing import print_json, record_table
from local.command.records import known_sites, session_of
from local.home import Home
from local.narration.screen import Screen
from local.stack.running import Stack
from shared.adapters.database import make_engine

SITE_COLUMNS = {
    "site_id": "Site",
    "latitude": "North",
    "longitude": "East",
    "provenance": "Source",
    "days": "Days",
    "first_date": "From",
    "last_date": "To",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("import", rich_help_panel="Data")(import_observations)
    app.command("sites", rich_help_panel="Data")(list_sites)


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


def list_sites(home: HomeOption = None, *, as_json: JsonOption = False) -> None:
    """List the sites and how far back their observations go."""
    with session_of(Stack.running_at(Home.at(home))) as session:
        found = known_sites(session)
    if as_json:
        print_json(found)
    else:
        Screen().say(record_table(found, SITE_COLUMNS, none="There are no sites."))

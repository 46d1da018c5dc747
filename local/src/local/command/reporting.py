"""`climate report`: what became of a site's forecasts, on one page that can be sent around."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from local.command.options import HomeOption, JsonOption, SiteOption
from local.command.printing import print_json
from local.command.records import session_of
from local.home import Home
from local.narration.screen import Screen
from local.stack.running import Stack
from shared.contracts.sites import DEFAULT_SITE

ToOption = Annotated[
    Path, typer.Option("--to", help="The folder for the page and a picture of each figure.")
]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel="Models")(report)


def report(
    *,
    site: SiteOption = DEFAULT_SITE.site_id,
    to: ToOption = Path("report"),
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a page of what became of a site's forecasts: skill, champions, intervals, worst weeks.

    The page needs nothing beside it: it can be opened, printed and sent as it is.
    """
    with session_of(Stack.running_at(Home.at(home))) as session:
        page = _write(session, site, to)
    if as_json:
        print_json({"page": str(page), "pictures": sorted(str(png) for png in to.glob("*.png"))})
        return
    Screen().say(f"Written: {page}")


def _write(session: Session, site: str, folder: Path) -> Path:
    # Imported here: no other command should wait for the library that draws.
    from local.report import read_record, write_report  # noqa: PLC0415

    return write_report([read_record(session, site)], folder)

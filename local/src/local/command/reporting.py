"""`climate report`: what became of a site's forecasts, on one page that can be sent around."""

from pathlib import Path
from typing import Annotated

import typer

from local.command.options import HomeOption, JsonOption, SiteOption
from local.command.printing import print_json
from local.command.records import record_at
from local.command.replay_report import origin_of, records_of
from local.narration.screen import Screen
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
    replay: Annotated[
        Path | None,
        typer.Option("--replay", help="The folder of a replay, in place of the running system."),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a page of what became of a site's forecasts: skill, champions, intervals, worst weeks.

    The page needs nothing beside it: it can be opened, printed and sent as it is.
    """
    page = _of_replay(replay, site, to) if replay else _of_system(home, site, to)
    if as_json:
        print_json({"page": str(page), "pictures": sorted(str(png) for png in to.glob("*.png"))})
        return
    Screen().say(f"Written: {page}")


def _of_system(home: Path | None, site: str, folder: Path) -> Path:
    # Imported here: no other command should wait for the library that draws.
    from local.report import read_record, write_report  # noqa: PLC0415

    with record_at(home) as session:
        return write_report([read_record(session, site)], folder)


def _of_replay(replay: Path, site: str, folder: Path) -> Path:
    from local.replay.opening import opened  # noqa: PLC0415 - as above
    from local.report import write_report  # noqa: PLC0415 - as above

    with opened(replay) as kept:
        return write_report(records_of(kept, site), folder, origin_of(kept, site))

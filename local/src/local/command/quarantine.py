"""`climate quarantine`: the values the checks hold back, and what a human decides about them."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape

from collector.quality.checks import CHECKS
from collector.quarantine import State, drop, list_findings, read_again, release
from local.command.finding import finding_details, finding_lines, finding_text
from local.command.options import HomeOption, JsonOption
from local.command.printing import print_json
from local.command.quarantine_choice import Choice, decide, neighbourhood
from local.command.records import record_at
from local.home import Home
from local.narration.screen import Screen
from local.stack.running import Stack
from shared.adapters.sites import get_site

_CHECK_NAMES = [check.name for check in CHECKS]


def _known_check(name: str | None) -> str | None:
    if name is not None and name not in _CHECK_NAMES:
        raise typer.BadParameter(f"there is no such check; there is: {', '.join(_CHECK_NAMES)}.")
    return name


CheckOption = Annotated[
    str | None,
    typer.Option(
        "--check",
        callback=_known_check,
        help=f"Only what this check has found: {', '.join(_CHECK_NAMES)}.",
    ),
]
OfSiteOption = Annotated[
    str | None, typer.Option("--site", help="Only of this site and the points of its ring.")
]
NumbersArgument = Annotated[
    list[int] | None, typer.Argument(help="Their numbers, as the list shows them.")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

quarantine = typer.Typer(
    help="Values that were held back because a check does not believe them.",
    invoke_without_command=True,
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(quarantine, name="quarantine", rich_help_panel="Data")


@quarantine.callback()
def list_by_default(
    context: typer.Context,
    site: OfSiteOption = None,
    check: CheckOption = None,
    home: HomeOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """List what is held back; it is stored as missing, and no training ever sees it."""
    if context.invoked_subcommand is None:
        list_values(site, check, home, as_json=as_json)


@quarantine.command("list")
def list_values(
    site: OfSiteOption = None,
    check: CheckOption = None,
    home: HomeOption = None,
    *,
    state: Annotated[
        State, typer.Option(help="What became of them; what is flagged is kept though unusual.")
    ] = "held",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="So many at most.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List findings, the newest days first; those held back if nothing else is asked for."""
    with record_at(home) as session:
        places = neighbourhood(session, site) if site else None
        found = list_findings(
            session, site_ids=places, check=check, states=[state], limit=limit + 1
        )
    if as_json:
        print_json([asdict(value) for value in found[:limit]])
        return
    screen = Screen()
    screen.say(finding_lines(found[:limit]) or _nothing(state, site, check))
    if len(found) > limit:
        screen.say(f"There are more: `--limit {2 * limit}` shows further ones.")


@quarantine.command()
def show(
    number: Annotated[int, typer.Argument(help="Its number, as the list shows it.")],
    home: HomeOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show a finding: the value, why it is not believed, and the answer it came in."""
    with record_at(home) as session:
        found = finding_details(session, number)
    if as_json:
        print_json(found)
    else:
        Screen().say(finding_text(found))


@quarantine.command("release")
def release_values(
    numbers: NumbersArgument = None,
    site: OfSiteOption = None,
    check: CheckOption = None,
    home: HomeOption = None,
    *,
    yes: YesOption = False,
) -> None:
    """Believe values after all: they are stored, used, and never held back again.

    Name them by number, or choose all that is held back by --site or --check. A decision may be
    turned round later.
    """
    choice = Choice(tuple(numbers or ()), site, check, needs_leave=not yes)
    count = decide(choice, release, "Release", Stack.running_at(Home.at(home)))
    Screen().say(f"[green]✓[/] {count} released: stored, and never held back again.")


@quarantine.command("drop")
def drop_values(
    numbers: NumbersArgument = None,
    site: OfSiteOption = None,
    check: CheckOption = None,
    home: HomeOption = None,
    *,
    yes: YesOption = False,
) -> None:
    """Decide that values are wrong for good: they stay out, and come out where they are stored.

    Name them by number, or choose all that is held back by --site or --check. A decision may be
    turned round later.
    """
    choice = Choice(tuple(numbers or ()), site, check, needs_leave=not yes)
    count = decide(choice, drop, "Drop", Stack.running_at(Home.at(home)))
    Screen().say(f"[green]✓[/] {count} dropped: missing from now on.")


@quarantine.command("read-again")
def read_day_again(
    site: Annotated[str, typer.Argument(help="The id of the site, or of a point of a ring.")],
    day: Annotated[
        datetime, typer.Argument(formats=["%Y-%m-%d"], help="The day, like 2026-11-22.")
    ],
    home: HomeOption = None,
) -> None:
    """Read a day again from the answer that was kept of it, and judge its values anew.

    For after a check, or how answers are read, was corrected. Decisions about values stand.
    """
    with record_at(home) as session:
        changed = read_again(session, get_site(session, site).site_id, day.date())
    what = "stored as it is read now" if changed else "reads as it is stored; nothing changed"
    Screen().say(f"[green]✓[/] {day.date()} of {escape(site)}: {what}.")


def _nothing(state: State, site: str | None, check: str | None) -> str:
    of_site = f" at {escape(site)}" if site else ""
    by_check = f" by the check {check!r}" if check else ""
    if state == "held":
        return f"Nothing is held back{of_site}{by_check}: every value is believed."
    return f"No value is {state}{of_site}{by_check}."

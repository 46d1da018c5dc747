"""`climate drill`: candidates known to be bad, put to the gate as it runs now."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from local.command.gate_process import ask_gate
from local.command.options import HomeOption, JsonOption
from local.command.printing import print_json, record_table
from local.command.records import Record, champions, session_of
from local.home import Home
from local.narration.screen import Screen
from local.narration.sentences import WORDS
from local.stack.running import Stack
from shared.forecasting.variables import Variable

_COLUMNS = {"site_id": "Site", "variable": "Champion of", "drills": "Drills", "held": "As it must"}


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel="Models")(drill)


def drill(
    site: Annotated[str | None, typer.Option("--site", help="Champions of this site only.")] = None,
    home: HomeOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Give the gate candidates known to be bad, and see that it refuses each for the right reason.

    They are made of the present champions; nothing is written, no champion is touched. Exit code 0
    if the gate did what it must every time, 1 if not. Some ten seconds a site.
    """
    stack = Stack.running_at(Home.at(home))
    with session_of(stack) as session:
        known = [one for one in champions(session) if site in {None, one["site_id"]}]
    drilled = ask_gate(stack, "drill", site, is_bad=_failed)
    found = list(_shown(drilled, len(known), shown=not as_json))
    if as_json:
        print_json(found)
    else:
        _print(found, Screen())
    raise typer.Exit(0 if all(one["holds"] for one in found) else 1)


def _shown(drilled: Iterator[Record], n_champions: int, *, shown: bool) -> Iterator[Record]:
    """Show a bar of the champions that were drilled with while the drills go by."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Screen().console
    with Progress(*columns, console=console, transient=True, disable=not shown) as progress:
        bar = progress.add_task("champions", total=n_champions)
        seen: set[tuple[str, str]] = set()
        for one in drilled:
            seen.add((one["site_id"], one["variable"]))
            progress.update(bar, completed=len(seen) - 1)
            yield one


def _print(found: Sequence[Record], screen: Screen) -> None:
    by_champion: dict[tuple[str, str], list[Record]] = {}
    for one in found:
        by_champion.setdefault((one["site_id"], one["variable"]), []).append(one)
    rows = [
        {
            "site_id": site_id,
            "variable": WORDS[Variable(variable)],
            "drills": len(ones),
            "held": sum(one["holds"] for one in ones),
        }
        for (site_id, variable), ones in by_champion.items()
    ]
    screen.say(record_table(rows, _COLUMNS, none="No drill was made."))
    for one in found:
        if not one["holds"]:
            screen.say(f"[red]✗[/] {escape(_failure(one))}")
    if all(one["holds"] for one in found):
        screen.say("[green]✓[/] The gate refused what it must, and promoted what it must.")


def _failed(one: Record) -> bool:
    return not one["holds"]


def _failure(one: Record) -> str:
    where = f"{one['site_id']}, {WORDS[Variable(one['variable'])]}: {one['drill']}"
    wanted = f"refused by {one['expected']}" if one["expected"] else "promoted"
    by = f" by {', '.join(one['refused_by'])}" if one["refused_by"] else ""
    return f"{where} should be {wanted}, was {one['outcome']}{by}. {one['sentence']}"

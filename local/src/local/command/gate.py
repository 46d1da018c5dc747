"""`climate gate`: what the gate says of the newest candidates now, criterion by criterion."""

from typing import Annotated

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from local.command.gate_process import ask_gate
from local.command.options import HomeOption, JsonOption
from local.command.printing import COLOURS, NOTHING, print_json
from local.command.records import Record
from local.home import Home
from local.narration.screen import Screen
from local.narration.sentences import WORDS
from local.stack.running import Stack
from shared.forecasting.variables import Variable

_MARKS = {"pass": "[green]✓[/]", "fail": "[red]✗[/]", "inconclusive": "[yellow]?[/]"}


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel="Models")(gate)


def gate(
    site: Annotated[
        str | None, typer.Option("--site", help="Candidates of this site only.")
    ] = None,
    home: HomeOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Judge the newest candidates again, and show what each criterion finds; nothing is changed.

    They are judged by the thresholds, data and champions of now. What was decided for good, and
    what it was made of then: climate decisions.
    """
    screen = Screen()
    opinions = ask_gate(Stack.running_at(Home.at(home)), "judge", site)
    if as_json:
        print_json(list(opinions))
        return
    for one in opinions:
        screen.say(_title(one))
        screen.say(_findings(one))
        colour = COLOURS[one["outcome"]]
        screen.say(f"[{colour}]{one['outcome']}[/]  {escape(one['reason'])}\n")


def _title(one: Record) -> str:
    serves = "it serves now" if one["serves"] else "a candidate"
    beside = f", beside champion {one['beside'][:8]}" if one["beside"] else ""
    return (
        f"[bold]{escape(one['site_id'])}: {WORDS[Variable(one['variable'])]}[/], {serves} "
        f"[dim]({one['candidate_id'][:8]}, data to {one['train_cutoff']}{beside})[/]"
    )


def _findings(one: Record) -> Table:
    table = Table("", "Criterion", "Observed", "Asked", "", box=box.SIMPLE_HEAD, pad_edge=False)
    for finding in one["findings"]:
        table.add_row(
            _MARKS[finding["verdict"]],
            finding["criterion"],
            _number(finding["observed"]),
            _number(finding["threshold"]),
            escape(finding["reason"]),
        )
    return table


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3g}"

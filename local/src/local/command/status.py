"""`climate status`: what runs, where, and how far it is."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import NamedTuple

import typer
from rich import box
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import OperationalError

from local.command.data_quality import quality_lines, quality_records, source_lines
from local.command.options import HomeOption, JsonOption
from local.command.printing import print_json, record_table
from local.command.records import Record, champions, session_of, unfinished_and_dead_jobs
from local.home import Home
from local.narration.addresses import address_lines, addresses
from local.narration.screen import Screen
from local.narration.sentences import WORDS
from local.stack.running import NothingRuns, Stack
from local.supervision.client import ProcessInfo, ProcessState
from shared.adapters.data_quality.sources import SourceHealth, source_health
from shared.adapters.timezones import use_packaged_timezones
from shared.forecasting.variables import Variable

_COLOURS = {
    ProcessState.RUNNING: "green",
    ProcessState.STARTING: "yellow",
    ProcessState.STOPPING: "yellow",
}
JOB_COLUMNS = {
    "kind": "Work",
    "site_id": "Site",
    "state": "State",
    "attempts": "Attempts",
    "progress": "Progress",
    "last_error": "Last error",
    "job_id": "Id",
}
CHAMPION_COLUMNS = {
    "site_id": "Site",
    "variable": "Variable",
    "family": "Family",
    "version": "No.",
    "promoted_at": "Since (UTC)",
}


class _Known(NamedTuple):
    """What the database says of a stack."""

    jobs: list[Record]
    sources: list[SourceHealth]
    quality: list[Record]
    champions: list[Record]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(rich_help_panel="Run")(status)


def status(home: HomeOption = None, *, as_json: JsonOption = False) -> None:
    """Show processes, addresses, work in progress, the state of the data and champions.

    Exit code 0 if it is running, 1 if not.
    """
    place = Home.at(home)
    try:
        stack = Stack.running_at(place)
    except NothingRuns:
        if not as_json:
            raise
        print_json({"running": False, "home": place.root})
        raise typer.Exit(1) from None
    if as_json:
        print_json(_report(stack))
    else:
        _print(stack, Screen())


def _report(stack: Stack) -> dict[str, object]:
    known = _known(stack)
    return {
        "running": True,
        "home": stack.home.root,
        "source": stack.record.source,
        "addresses": addresses(stack),
        "ports": dict(stack.record.ports),
        "processes": [asdict(process) for process in stack.supervisor.processes()],
        "jobs": known.jobs if known else None,
        "sources": [asdict(source) for source in known.sources] if known else None,
        "data_quality": known.quality if known else None,
        "champions": known.champions if known else None,
    }


def _print(stack: Stack, screen: Screen) -> None:
    screen.say(f"Running in {escape(str(stack.home.root))}, source of data: {stack.record.source}")
    screen.say(address_lines(stack))
    screen.say(_process_table(stack.supervisor.processes()))
    known = _known(stack)
    if known is None:
        screen.say("[red]PostgreSQL does not answer, so work, data and champions are not known.[/]")
        return
    screen.say(record_table(known.jobs, JOB_COLUMNS, none="No work waits or is under way."))
    if troubles := source_lines(known.sources):
        screen.say(troubles)
    screen.say(quality_lines(known.quality))
    named = [one | {"variable": WORDS[Variable(one["variable"])]} for one in known.champions]
    screen.say(record_table(named, CHAMPION_COLUMNS, none="No champion serves yet."))


def _known(stack: Stack) -> _Known | None:
    """Return what the database knows; None if it does not answer, which is worth showing too."""
    use_packaged_timezones()
    try:
        with session_of(stack) as session:
            return _Known(
                jobs=unfinished_and_dead_jobs(session),
                sources=source_health(session),
                quality=quality_records(session, datetime.now(UTC)),
                champions=champions(session),
            )
    except OperationalError:
        return None


def _process_table(processes: list[ProcessInfo]) -> Table:
    table = Table("Process", "State", "", box=box.SIMPLE_HEAD)
    for process in processes:
        colour = _COLOURS.get(process.state, "red")
        table.add_row(process.name, f"[{colour}]{process.state.lower()}[/]", process.description)
    return table

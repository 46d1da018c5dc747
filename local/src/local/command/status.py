"""`climate status`: what runs, where, and how far it is."""

from dataclasses import asdict

import typer
from rich import box
from rich.table import Table

from local.command.options import HomeOption, JsonOption
from local.command.printing import print_json, record_table
from local.command.records import champions, session_of, unfinished_and_dead_jobs
from local.home import Home
from local.narration.addresses import address_lines, addresses
from local.narration.screen import Screen
from local.stack.running import NothingRuns, Stack
from local.supervision.client import ProcessInfo, ProcessState

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
    "version": "Version",
    "promoted_at": "Promoted (UTC)",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(rich_help_panel="Run")(status)


def status(home: HomeOption = None, *, as_json: JsonOption = False) -> None:
    """Show processes, addresses, work in progress and champions.

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
    processes = stack.supervisor.processes()
    with session_of(stack) as session:
        jobs, serving = unfinished_and_dead_jobs(session), champions(session)
    if as_json:
        print_json(
            {
                "running": True,
                "home": place.root,
                "source": stack.record.source,
                "addresses": addresses(stack),
                "ports": dict(stack.record.ports),
                "processes": [asdict(process) for process in processes],
                "jobs": jobs,
                "champions": serving,
            }
        )
        return
    screen = Screen()
    screen.say(f"Running in {place.root}, source of data: {stack.record.source}")
    screen.say(address_lines(stack))
    screen.say(_process_table(processes))
    screen.say(record_table(jobs, JOB_COLUMNS, none="No work waits or is under way."))
    screen.say(record_table(serving, CHAMPION_COLUMNS, none="No champion serves yet."))


def _process_table(processes: list[ProcessInfo]) -> Table:
    table = Table("Process", "State", "", box=box.SIMPLE_HEAD)
    for process in processes:
        colour = _COLOURS.get(process.state, "red")
        table.add_row(process.name, f"[{colour}]{process.state.lower()}[/]", process.description)
    return table

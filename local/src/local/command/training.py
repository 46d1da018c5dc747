"""`climate train`, `jobs`, `decisions`: the work and what came of it."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from local.command.contests import contest_table, contests_of
from local.command.cycle import wait_for_cycle
from local.command.options import HomeOption, JsonOption
from local.command.printing import decision_lines, print_json, record_table
from local.command.records import decided, find_job, record_at, session_of, unfinished_and_dead_jobs
from local.command.status import JOB_COLUMNS
from local.home import Home
from local.narration.screen import Screen
from local.stack.running import Stack
from shared.adapters.ledger import request_job, retry_dead
from shared.adapters.sites import get_site
from shared.contracts.jobs import JobKind

jobs = typer.Typer(help="Work under way, and what was given up.", invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(rich_help_panel="Models")(train)
    app.command(rich_help_panel="Models")(decisions)
    app.add_typer(jobs, name="jobs", rich_help_panel="Models")


def train(
    site: Annotated[str, typer.Argument(help="The site, as `climate sites` lists it.")],
    home: HomeOption = None,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the gate's decisions.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask for a training of a site now.

    With --wait, exit code 0 if it came to decisions, whatever they were.
    """
    screen, stack = Screen(sys.stderr if as_json else None), Stack.running_at(Home.at(home))
    with session_of(stack) as session:
        get_site(session, site)
        today = datetime.now(UTC).date()
        training = request_job(session, kind=JobKind.TRAIN, site_id=site, logical_date=today)
    screen.say(f"Training of {site} asked for [dim]({training})[/]")
    if wait:
        completed = wait_for_cycle(stack, training, screen)
        with session_of(stack) as session:
            contests, found = contests_of(session, training), decided(session, training=training)
        screen.say(contest_table(contests))
        screen.say(decision_lines(found))
        if as_json:
            print_json({"training": training, "contests": contests, "decisions": found})
        raise typer.Exit(0 if completed else 1)
    screen.say("`climate status` shows how far it is, `climate decisions` what came of it.")
    if as_json:
        print_json({"training": training})


def decisions(
    site: Annotated[str | None, typer.Option("--site", help="Of this site only.")] = None,
    home: HomeOption = None,
    *,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="So many, the newest.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List what the gate decided, and why."""
    with record_at(home) as session:
        found = decided(session, site_id=site, limit=limit)
    if as_json:
        print_json(found)
    else:
        Screen().say(decision_lines(found))


@jobs.callback()
def list_jobs(
    context: typer.Context, home: HomeOption = None, *, as_json: JsonOption = False
) -> None:
    """List the work that waits, is under way, or was given up."""
    if context.invoked_subcommand is not None:
        return
    with record_at(home) as session:
        found = unfinished_and_dead_jobs(session)
    if as_json:
        print_json(found)
    else:
        Screen().say(record_table(found, JOB_COLUMNS, none="No work waits or is under way."))


@jobs.command()
def retry(
    job: Annotated[str, typer.Argument(help="Its id, or how the id begins.")],
    home: HomeOption = None,
) -> None:
    """Take up a job again that was given up."""
    with record_at(home) as session:
        job_id = find_job(session, job)
        retry_dead(session, job_id)
    Screen().say(f"Job {job_id} will be tried again within seconds.")

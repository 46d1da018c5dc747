"""`climate backfill`: fetch what is missing now, rather than when its turn comes."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.orm import Session

from collector.requests import Wanted, count_missing, request_backfill
from collector.settings import HistorySettings
from local.command.options import HomeOption
from local.command.records import Record, cycle_jobs, session_of
from local.home import Home
from local.narration.screen import Screen
from local.stack.running import Stack
from shared.adapters.ledger import UNFINISHED, get_job
from shared.adapters.sites import get_site
from shared.adapters.timezones import use_packaged_timezones
from shared.contracts.jobs import JobKind
from shared.contracts.schedule import complete_date
from shared.settings import load

POLL_SECONDS = 1.0
_DAY = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(rich_help_panel="Data")(backfill)


def backfill(
    site: Annotated[str, typer.Argument(help="The site, as `climate sites` lists it.")],
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from", formats=_DAY, help="First day; CLIMATE_BACKFILL_START if not given."
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to",
            formats=_DAY,
            metavar="DATE",
            help="Last day; the newest there can be if not given.",
        ),
    ] = None,
    home: HomeOption = None,
    *,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Follow it until it has ended.")
    ] = True,
) -> None:
    """Fetch the missing days of a site and its ring now; what is there is not fetched again.

    It goes on by itself when you stop watching. Exit code 1 if it was given up.
    """
    use_packaged_timezones()
    screen, stack = Screen(), Stack.running_at(Home.at(home))
    now = datetime.now(UTC)
    with session_of(stack) as session:
        newest = complete_date(now, get_site(session, site).timezone)
        wanted = Wanted(
            site,
            first.date() if first else load(HistorySettings).backfill_start,
            min(last.date(), newest) if last else newest,
        )
        job_id = request_backfill(session, wanted, now=now)
        is_joined = get_job(session, job_id).parameters != wanted.parameters
        missing = count_missing(session, wanted)
    if is_joined:
        screen.say(f"A backfill of {escape(site)} is at work already: following that one.")
    if not wait:
        screen.say(
            f"{_days(missing)} missing; asked for [dim]({job_id})[/]. `climate status` tells."
        )
        return
    if not _ends_well(stack, screen, job_id, Progressing(wanted, missing)):
        raise typer.Exit(1)


@dataclass
class Progressing:
    """How far a backfill is: so many of the days that were missing are there by now."""

    wanted: Wanted
    missing: int
    came: int = 0

    def look(self, session: Session) -> None:
        """Count again."""
        self.came = max(self.missing - count_missing(session, self.wanted), 0)


def _ends_well(stack: Stack, screen: Screen, job_id: UUID, progressing: Progressing) -> bool:
    """Follow a backfill, stretch by stretch, until nothing more comes of it."""
    with _bar(screen, progressing.missing) as show:
        while True:
            with session_of(stack) as session:
                stretches = backfill_jobs(session, job_id)
                progressing.look(session)
            show(progressing.came, _doing(stretches))
            if not any(job["state"] in UNFINISHED for job in stretches):
                break
            time.sleep(POLL_SECONDS)
    for job in stretches:
        if job["state"] == "dead":
            screen.say(f"[red]✗ Given up:[/] {escape(str(job['last_error']))}")
    screen.say(outcome_text(progressing, stretches))
    return all(job["state"] != "dead" for job in stretches)


def backfill_jobs(session: Session, job_id: UUID) -> list[Record]:
    """Return the stretches of a backfill so far: each plans the next one."""
    return [job for job in cycle_jobs(session, job_id) if job["kind"] == JobKind.BACKFILL]


def outcome_text(progressing: Progressing, stretches: Sequence[Record]) -> str:
    """Tell what came of a backfill."""
    if any(job["state"] == "cancelled" for job in stretches):
        return "[yellow]![/] It was called off: the site is collected no longer."
    came, left = progressing.came, progressing.missing - progressing.came
    if not progressing.missing:
        return "[green]✓[/] Nothing was missing."
    rest = (
        f"; {_days(left)} {'is' if left == 1 else 'are'} still missing: the source has nothing so "
        "far, and is asked again by itself"
    )
    return f"[green]✓[/] {_days(came)} came in{rest if left else ''}."


def _doing(stretches: Sequence[Record]) -> str:
    """Return what goes on at present."""
    current = next((job for job in stretches if job["state"] in UNFINISHED), None)
    if current is None:
        return "done"
    if current["state"] == "running":
        return str(current["progress"] or "at work")
    return str(current["last_error"] or "waiting for a free worker")


@contextmanager
def _bar(screen: Screen, total: int) -> Iterator[Callable[[int, str], None]]:
    """Show a bar on a terminal, and elsewhere a line now and then."""
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("days"), TimeRemainingColumn())
    is_shown = screen.console.is_terminal
    with Progress(
        *columns,
        TextColumn("[dim]{task.description}"),
        console=screen.console,
        disable=not is_shown,
    ) as bar:
        task = bar.add_task("", total=total)

        def show(came: int, doing: str) -> None:
            bar.update(task, completed=came, description=escape(doing))
            if not is_shown:
                screen.show(f"{came:,} of {_days(total)}", doing)

        yield show


def _days(number: int) -> str:
    # Of the site and of the points of its ring: the same day at two places counts twice.
    return f"{number:,} day{'' if number == 1 else 's'}"

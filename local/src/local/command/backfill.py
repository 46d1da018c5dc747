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
from shared.errors import ClimateError
from shared.settings import load

POLL_SECONDS = 1.0
#: Jobs that end so come to nothing, and how that is told.
ENDINGS = {"dead": "Given up", "cancelled": "Called off"}
_DAY = ["%Y-%m-%d"]


class BackfillEnded(ClimateError):
    """A backfill came to nothing."""


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
    wanted = _wanted(stack, site, first, last)
    asked = _ask(stack, wanted)
    if asked.is_joined:
        screen.say(f"A backfill of other days of {escape(site)} is at work.")
        if wait:
            _follow(stack, screen, asked)
            asked = _ask(stack, wanted)
    if wait:
        _follow(stack, screen, asked)
        screen.say(outcome_text(asked))
    else:
        screen.say(f"{_days(asked.missing)} missing; asked for [dim]({asked.job_id})[/].")


@dataclass
class Asked:
    """A backfill that was asked for, and how far it is.

    Attributes
    ----------
    is_joined : bool
        Whether one of other days was at work, which has to end first.
    missing, came : int
        Days that were missing when it was asked for, and how many of them have come.
    """

    wanted: Wanted
    job_id: UUID
    is_joined: bool
    missing: int
    came: int = 0


def _wanted(stack: Stack, site: str, first: datetime | None, last: datetime | None) -> Wanted:
    """Return the days meant: by default all that are wanted and can be there."""
    with session_of(stack) as session:
        newest = complete_date(datetime.now(UTC), get_site(session, site).timezone)
    return Wanted(
        site,
        first.date() if first else load(HistorySettings).backfill_start,
        min(last.date(), newest) if last else newest,
    )


def _ask(stack: Stack, wanted: Wanted) -> Asked:
    with session_of(stack) as session:
        job_id = request_backfill(session, wanted, now=datetime.now(UTC))
        is_joined = get_job(session, job_id).parameters != wanted.parameters
        return Asked(wanted, job_id, is_joined, count_missing(session, wanted))


def _follow(stack: Stack, screen: Screen, asked: Asked) -> None:
    """Follow a backfill, stretch by stretch, until nothing more comes of it.

    Raises
    ------
    BackfillEnded
        It was given up, or called off.
    """
    with _bar(screen, asked.missing) as show:
        while True:
            with session_of(stack) as session:
                stretches = backfill_jobs(session, asked.job_id)
                left = count_missing(session, asked.wanted)
            asked.came = max(asked.missing - left, 0)
            show(asked.came, _doing(stretches))
            if not any(job["state"] in UNFINISHED for job in stretches):
                break
            time.sleep(POLL_SECONDS)
    for job in stretches:
        if job["state"] in ENDINGS:
            raise BackfillEnded(f"{ENDINGS[job['state']]}: {job['last_error']}")


def backfill_jobs(session: Session, job_id: UUID) -> list[Record]:
    """Return the stretches of a backfill so far: each plans the next one."""
    return [job for job in cycle_jobs(session, job_id) if job["kind"] == JobKind.BACKFILL]


def outcome_text(asked: Asked) -> str:
    """Tell what came of a backfill."""
    if not asked.missing:
        return "[green]✓[/] Nothing was missing."
    left = asked.missing - asked.came
    rest = (
        f"; {_days(left)} {'is' if left == 1 else 'are'} still missing: they come with the next "
        "collection, or the source has nothing so far and is asked again by itself"
    )
    return f"[green]✓[/] {_days(asked.came)} came in{rest if left else ''}."


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

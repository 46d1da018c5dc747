"""`climate replay`: years of autonomous operation, lived through in minutes."""

import os
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import structlog
import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from collector.importing.reading import read_file
from collector.importing.table import untracked
from local.command.options import JsonOption
from local.command.printing import print_json
from local.narration.screen import Screen
from shared.contracts.sites import DEFAULT_SITE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.replay.run import Watch

DEFAULT_HOME = Path(".data/replay")
_SEED = 20181  # that of the trainer, if nobody has set another
_WARNING = 30


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel="Models")(replay)


def replay(  # noqa: PLR0913 - the options of a command
    *,
    data: Annotated[Path, typer.Option("--data", help="A file, as `climate import` reads it.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])],
    site: Annotated[str, typer.Option("--site")] = DEFAULT_SITE.site_id,
    policies: Annotated[
        list[str] | None,
        typer.Option("--policy", help="gate, always, never or lower-rmse; several for comparison."),
    ] = None,
    retrain_every: Annotated[int, typer.Option(min=1, help="Days between trainings.")] = 7,
    trials: Annotated[int, typer.Option(min=1, help="Of each family and variable.")] = 10,
    seed: Annotated[int, typer.Option(min=0)] = _SEED,
    inject: Annotated[
        list[str] | None,
        typer.Option(help="shift, outage, broken-model or revision @DATE[:AMOUNT]; several."),
    ] = None,
    home: Annotated[Path, typer.Option("--home", help="Folder of the record.")] = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Live through recorded years: collect, train, decide, forecast, verify, review, day by day.

    The same command goes on after an interruption, and ends with the same ledger hash every time.
    """
    # Imported here: no other command should wait for the libraries of training.
    from local.replay.policies import Policy  # noqa: PLC0415
    from local.replay.run import Request  # noqa: PLC0415
    from local.replay.run import replay as run  # noqa: PLC0415
    from local.replay.sites import site_of  # noqa: PLC0415
    from local.replay.system import Terms  # noqa: PLC0415
    from local.replay.weather import Injected  # noqa: PLC0415

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(_WARNING))
    days = read_file(data, today=last.date() + timedelta(days=1), track=untracked).days
    request = Request(
        {site: (site_of(site, data), days)},
        first.date(),
        last.date(),
        [Policy(name) for name in policies or ["gate"]],
        Terms(seed, trials, timedelta(days=retrain_every)),
        [Injected.parse(words) for words in inject or ()],
        processes=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1,
    )
    screen = Screen()
    with _progress(screen, shown=not as_json) as watch:
        record = run(request, home.absolute(), watch)
    if as_json:
        print_json(record)
        return
    for policy, found in record["databases"].items():
        screen.say(f"{policy}: database {found['name']}, ledger hash {found['ledger_hash']}")


@contextmanager
def _progress(screen: Screen, *, shown: bool) -> "Iterator[Watch]":
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=screen.console, transient=True, disable=not shown) as progress:
        bar = progress.add_task("starting")

        def watch(day: date, done: int, of: int) -> None:
            progress.update(bar, description=f"{day}", completed=done, total=of)

        yield watch

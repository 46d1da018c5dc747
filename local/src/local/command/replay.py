"""`climate replay`: years of autonomous operation, lived through in minutes."""

import os
import shlex
import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import structlog
import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from local.command.options import JsonOption
from local.command.printing import print_json
from local.command.records import RECORD_URL, record_at
from local.narration.screen import Screen
from shared.contracts.sites import DEFAULT_SITE
from shared.errors import ClimateError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.replay.policies import Policy
    from local.replay.resident import Watch
    from local.replay.sites import Recorded

DEFAULT_HOME = Path(".data/replay")
_SEED = 20181  # that of the trainer, if nobody has set another

ReplayOption = Annotated[Path, typer.Option("--home", help="Folder of the replay.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(rich_help_panel="Models")(replay)
    app.command(
        rich_help_panel="Models",
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(replayed)


def replay(  # noqa: PLR0913 - the options of a command
    *,
    site: Annotated[
        list[str] | None,
        typer.Option("--site", help="A site; repeat it for several, or say all.", metavar="SITE"),
    ] = None,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            help="First day lived through; what is older is known. The first of the data if unset.",
            metavar="DATE",
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to",
            formats=["%Y-%m-%d"],
            help="Last day. The last of the data if unset.",
            metavar="DATE",
        ),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            help="gate (the system as it is), always, never or lower-rmse; repeat it to compare.",
            metavar="POLICY",
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            help="A file as `climate import` reads it, or a folder with places.csv and "
            "SITE/daily.csv. If unset: what the running system has observed.",
            metavar="PATH",
        ),
    ] = None,
    inject: Annotated[
        list[str] | None,
        typer.Option(
            "--inject",
            help="What if: shift@DATE:DEGC, outage@DATE:DAYS, broken-model@DATE:DAYS or "
            "revision@DATE:DEGC, at all sites or @SITE; repeat it for several.",
            metavar="WHAT@DATE[:AMOUNT][@SITE]",
        ),
    ] = None,
    retrain_every: Annotated[
        int, typer.Option("--retrain-every", min=1, help="Days between trainings.", metavar="DAYS")
    ] = 7,
    trials: Annotated[
        int, typer.Option(min=1, help="Of the tuning of each family and variable.", metavar="N")
    ] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Of every random choice.", metavar="N")] = _SEED,
    processes: Annotated[
        int | None,
        typer.Option(min=1, help="That train beside this one; one a core if unset.", metavar="N"),
    ] = None,
    home: ReplayOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Live through recorded years: collect, train, decide, forecast, verify, review, day by day.

    No server is needed. Given again, the same command goes on where it was interrupted, and ends
    with the same ledger hash every time. `climate report --replay FOLDER` shows what came of it;
    `climate replayed` runs any other command on its record.

    For example: climate replay --data shared/data --site marrakech --from 2020-01-01
    --to 2023-12-31 --policy gate --policy never
    """
    # Imported here: no other command should wait for the libraries of training.
    from local.replay.offspring import LOGGED_FROM  # noqa: PLC0415
    from local.replay.run import Request  # noqa: PLC0415
    from local.replay.run import replay as run  # noqa: PLC0415
    from local.replay.sites import spanned  # noqa: PLC0415
    from local.replay.system import Terms  # noqa: PLC0415
    from local.replay.weather import Injected  # noqa: PLC0415

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(LOGGED_FROM))
    recorded = _recorded(data, site or [DEFAULT_SITE.site_id], _date(last))
    began, ended = spanned(recorded, _date(first), _date(last))
    request = Request(
        recorded,
        began,
        ended,
        _policies(policy or ["gate"]),
        Terms(seed, trials, timedelta(days=retrain_every)),
        [Injected.parse(words) for words in inject or ()],
        processes=processes or os.cpu_count() or 1,
        command=shlex.join(["climate", *sys.argv[1:]]),
    )
    screen = Screen()
    with _progress(screen, shown=not as_json) as watch:
        record = run(request, home.absolute(), watch)
    if as_json:
        print_json(record)
        return
    _tell(screen, record, home)


def replayed(
    context: typer.Context,
    *,
    policy: Annotated[str, typer.Option("--policy", help="Whose record.")] = "gate",
    home: ReplayOption = DEFAULT_HOME,
) -> None:
    """Run another command on the record of a replay: climate replayed decisions --site marrakech.

    Without a command the record stays open until Ctrl-C, for whatever reads a database: the API,
    with CLIMATE_DATABASE_URL set to the address that is printed.
    """
    from local.replay.opening import opened  # noqa: PLC0415 - as above

    with opened(home) as replay:
        os.environ[RECORD_URL] = replay.url(policy)
        if context.args:
            parent = context.find_root()
            parent.command.main(args=context.args, standalone_mode=False)
            return
        Screen().say(f"Open until Ctrl-C: CLIMATE_DATABASE_URL={replay.url(policy)}")
        _wait()


def _wait() -> None:
    import threading  # noqa: PLC0415 - nothing else here waits

    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return


def _recorded(data: Path | None, names: list[str], last: date | None) -> "Recorded":
    from local.replay.sites import from_database, from_files  # noqa: PLC0415 - as above

    if data is None:
        with record_at(None) as session:
            return from_database(session, names)
    if not data.exists():
        raise ClimateError(f"There is no {data}: --data names a file or a folder of sites.")
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    return from_files(data, names, today=(last + timedelta(days=1)) if last else tomorrow)


def _policies(names: list[str]) -> "list[Policy]":
    from local.replay.policies import Policy  # noqa: PLC0415 - as above

    unknown = [name for name in names if name not in list(Policy)]
    if unknown:
        known = ", ".join(Policy)
        raise ClimateError(f"There is no policy {unknown[0]!r}: choose among {known}.")
    return [Policy(name) for name in dict.fromkeys(names)]


def _tell(screen: Screen, record: dict[str, Any], home: Path) -> None:
    for name, found in record["databases"].items():
        screen.say(
            f"{name}: {found['promotions']} promotions, {found['rollbacks']} rollbacks, "
            f"ledger hash {found['ledger_hash']}"
        )
    screen.say(f"{sum(record['run_seconds']):.0f} seconds. See: climate report --replay {home}")


def _date(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


@contextmanager
def _progress(screen: Screen, *, shown: bool) -> "Iterator[Watch]":
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("days"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=screen.console, transient=True, disable=not shown) as progress:
        bar = progress.add_task("starting")

        def watch(day: date, done: int, of: int) -> None:
            progress.update(bar, description=f"{day}", completed=done, total=of)

        yield watch

"""`climate backtest`: how the families would have fared in the last year, before any is trained."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from collector.importing.reading import read_file
from collector.importing.table import untracked
from local.command.backtest_report import as_json, draw, report
from local.command.options import HomeOption, JsonOption
from local.command.printing import print_json
from local.command.records import record_at
from local.narration.screen import Screen
from local.narration.sentences import WORDS
from shared.adapters.inputs import load_inputs
from shared.errors import NotEnoughData
from shared.forecasting.families import Family
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs import Known, inputs_of
from shared.forecasting.variables import FORECAST_VARIABLES, Variable

if TYPE_CHECKING:
    from trainer.backtesting import Backtested, Watch

SEED = 20181  # that of the trainer, if nobody has set another

DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Observations from this file instead, as `climate import` reads."),
]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel="Models")(backtest)


def backtest(  # noqa: PLR0913 - the options of a command
    site: Annotated[str, typer.Argument(help="The site, as `climate sites` lists it.")],
    *,
    data: DataOption = None,
    variables: Annotated[
        list[Variable] | None,
        typer.Option("--variable", "-v", help="Only this variable; may be given several times."),
    ] = None,
    families: Annotated[
        list[Family] | None,
        typer.Option("--family", "-f", help="Only this family; may be given several times."),
    ] = None,
    trials: Annotated[
        int, typer.Option("--trials", min=1, help="Trials a family and variable.")
    ] = 10,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", help="Draw skill by lead into this file (.png, .svg, .pdf)."),
    ] = None,
    home: HomeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """Tune and backtest the families on the last year of a site; nothing is kept or promoted.

    Each month of that year is forecast by a model of what was known before it, beside climatology,
    persistence and damped persistence on the same days.
    """
    known = _known(site, data, home)
    history = inputs_of(known).own
    screen = Screen()
    with _progress(screen, shown=not as_json_) as watch:
        found = _run(
            known, variables or FORECAST_VARIABLES, families or list(Family), trials, watch
        )
    if not found:
        raise NotEnoughData(
            f"A backtest of {site} needs some 400 days with observations of a variable; there are "
            f"{history.n_days} days, {history.first_date} to {history.last_date}."
        )
    if plot is not None:
        draw(found, plot)
    if as_json_:
        print_json(as_json(site, history, found))
        return
    screen.say(report(site, history, found))
    if plot is not None:
        screen.say(f"Drawn: {plot}")


def _known(site: str, data: Path | None, home: Path | None) -> Known:
    """Return what a file says, or all that is known for a site's forecasts."""
    if data is not None:
        today = datetime.now(UTC).date()
        return DailyHistory.from_days(read_file(data, today=today, track=untracked).days)
    with record_at(home) as session:
        return load_inputs(session, site)


def _run(
    known: Known,
    variables: Sequence[Variable],
    families: Sequence[Family],
    trials: int,
    watch: "Watch",
) -> "list[Backtested]":
    # Imported here: no other command should wait for the libraries of training.
    from trainer.backtesting import Backtester  # noqa: PLC0415

    backtester = Backtester(trials, SEED)
    return list(backtester.run(known, variables=variables, families=families, watch=watch))


@contextmanager
def _progress(screen: Screen, *, shown: bool) -> "Iterator[Watch]":
    """Show a bar for each family and variable while the block lasts."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=screen.console, transient=True, disable=not shown) as progress:
        bars = {}

        def watch(family: Family, variable: Variable, done: int, of: int) -> None:
            words = f"{WORDS[variable]}, {family.replace('-', ' ')}"
            if words not in bars:
                bars[words] = progress.add_task(words, total=of)
            progress.update(bars[words], completed=done)

        yield watch

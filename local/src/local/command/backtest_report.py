"""Lays a backtest out: tables a forecaster reads, JSON a machine reads, and a figure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from local.narration.sentences import WORDS
from shared.errors import ClimateError
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import LEAD_DAYS, VARIABLES, Variable

if TYPE_CHECKING:
    from trainer.backtesting import Backtested

NOTHING = "-"
_SEASONS = {
    "season_djf": "December to February",
    "season_mam": "March to May",
    "season_jja": "June to August",
    "season_son": "September to November",
    "hot_days": "above the 95th percentile",
}
# Of precipitation the event is forecast: the error is that of its probability.
_EVENT_ERRORS = {"mae": "MAE\nof P(wet)", "mse": "Brier\nscore"}
_ERRORS = {"mae": "MAE", "rmse": "RMSE"}
_REFERENCES = {
    "corrected_guidance": "corrected\nguidance",
    "guidance": "guidance\nas it came",
    "damped_persistence": "damped\npersistence",
    "persistence": "\npersistence",
    "climatology": "\nclimatology",
}


def best_of(contenders: Iterable["Backtested"]) -> "Backtested":
    """Return the contender of least squared error; equal ones in the order of the families."""
    return min(contenders, key=lambda found: found.metrics["mse"])


def by_variable(found: Sequence["Backtested"]) -> dict[Variable, "list[Backtested]"]:
    """Return the contenders for each variable."""
    return {name: list(of) for name, of in groupby(found, key=lambda one: one.variable)}


def report(site: str, history: DailyHistory, found: Sequence["Backtested"]) -> RenderableType:
    """Return all tables: of each variable the best family by lead and season, then all of them."""
    parts: list[RenderableType] = [
        Text(f"{site}: observed {history.first_date} to {history.last_date}", style="bold")
    ]
    for variable, contenders in by_variable(found).items():
        best = best_of(contenders)
        parts += [
            Text(f"\n{_title(variable, best)}", style="bold cyan"),
            _by_lead(variable, best.metrics),
            _by_season(best.metrics),
            _families(contenders, best),
        ]
    return Group(*parts)


def as_json(site: str, history: DailyHistory, found: Sequence["Backtested"]) -> dict[str, Any]:
    """Return everything for a machine, all metrics by their flat names."""
    return {
        "site": site,
        "first_date": history.first_date,
        "last_date": history.last_date,
        "variables": {
            variable.value: {
                "unit": VARIABLES[variable].unit,
                "best": best_of(contenders).family.value,
                "families": {
                    one.family.value: {
                        "hyperparameters": dict(one.hyperparameters),
                        "seconds": one.seconds,
                        "metrics": one.metrics,
                    }
                    for one in contenders
                },
            }
            for variable, contenders in by_variable(found).items()
        },
    }


def draw(found: Sequence["Backtested"], path: Path) -> None:
    """Draw the skill against damped persistence by lead, a panel a variable, a line a family.

    Raises
    ------
    ClimateError
        The file cannot be written, or its ending is that of no known format.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - no other command should wait for it

    variables = by_variable(found)
    figure = Figure(figsize=(4.2 * len(variables), 3.6), layout="constrained")
    panels = figure.subplots(1, len(variables), squeeze=False)[0]
    for axes, (variable, contenders) in zip(panels, variables.items(), strict=True):
        for one in contenders:
            skill = [one.metrics[f"skill_vs_damped_persistence_lead_{lead}"] for lead in LEAD_DAYS]
            axes.plot(LEAD_DAYS, skill, marker="o", label=one.family.replace("-", " "))
        axes.axhline(0.0, color="grey", linewidth=0.8)
        axes.set(title=WORDS[variable], xlabel="days ahead")
    panels[0].set_ylabel("skill against damped persistence")
    panels[0].legend()
    try:
        figure.savefig(path)
    except (OSError, ValueError) as error:
        raise ClimateError(f"The figure cannot be written to {path}: {error}.") from error


def _title(variable: Variable, best: "Backtested") -> str:
    cases = int(best.metrics["cases"])
    words = WORDS[variable].capitalize()
    return f"{words}, {best.family.replace('-', ' ')}, {cases} days of the last year"


def _by_lead(variable: Variable, metrics: Mapping[str, float]) -> Table:
    is_event = variable is Variable.PRECIPITATION
    errors = _EVENT_ERRORS if is_event else _ERRORS
    unit = "" if is_event else f"\n{VARIABLES[variable].unit}"
    references = {name: words for name, words in _REFERENCES.items() if f"mae_{name}" in metrics}
    table = _table("Days\nahead", *(f"{words}{unit}" for words in errors.values()))
    if "crps" in metrics:
        table.add_column(f"CRPS\n{VARIABLES[variable].unit}", justify="right")
    for words in references.values():
        table.add_column(f"Skill vs {words}", justify="right")
    table.add_column("Inside\n80 %", justify="right")
    table.add_column("Inside\n95 %", justify="right")
    for lead in (*LEAD_DAYS, None):
        suffix = "" if lead is None else f"_lead_{lead}"
        table.add_row(
            "all" if lead is None else str(lead),
            *(_number(metrics, f"{name}{suffix}") for name in errors),
            *([_number(metrics, f"crps{suffix}")] if "crps" in metrics else []),
            *(_skill(metrics, f"skill_vs_{name}{suffix}") for name in references),
            _percent(metrics, f"coverage_80{suffix}"),
            _percent(metrics, f"coverage_95{suffix}"),
            end_section=lead == LEAD_DAYS[-1],
        )
    return table


def _by_season(metrics: Mapping[str, float]) -> RenderableType:
    there = {name: words for name, words in _SEASONS.items() if f"mae_{name}" in metrics}
    if not there:
        return ""
    table = _table("Days", "Cases", "MAE", "Bias", "Skill vs damped\npersistence", "Inside\n80 %")
    for name, words in there.items():
        table.add_row(
            words,
            f"{int(metrics[f'cases_{name}']):,}",
            _number(metrics, f"mae_{name}"),
            f"{metrics[f'bias_{name}']:+.2f}",
            _skill(metrics, f"skill_vs_damped_persistence_{name}"),
            _percent(metrics, f"coverage_80_{name}"),
        )
    return table


def _families(contenders: Sequence["Backtested"], best: "Backtested") -> RenderableType:
    if len(contenders) == 1:
        return ""
    table = _table("Family", "MAE", "RMSE", "R2", "Skill vs damped\npersistence", "Seconds")
    for one in contenders:
        table.add_row(
            one.family.replace("-", " "),
            _number(one.metrics, "mae"),
            _number(one.metrics, "rmse"),
            _number(one.metrics, "r2"),
            _skill(one.metrics, "skill_vs_damped_persistence"),
            f"{one.seconds:.1f}",
            style="bold" if one is best else None,
        )
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first)
    for words in others:
        table.add_column(words, justify="right")
    return table


def _number(metrics: Mapping[str, float], name: str) -> str:
    return f"{metrics[name]:.2f}" if name in metrics else NOTHING


def _skill(metrics: Mapping[str, float], name: str) -> str:
    if name not in metrics:
        return NOTHING
    colour = "green" if metrics[name] > 0.0 else "red"
    return f"[{colour}]{metrics[name]:+.2f}[/]"


def _percent(metrics: Mapping[str, float], name: str) -> str:
    return f"{metrics[name]:.0%}" if name in metrics else NOTHING

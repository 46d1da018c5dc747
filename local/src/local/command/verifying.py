"""`climate verify` and `reviews`: how the forecasts turned out, and what was concluded."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape

from local.command.options import HomeOption, JsonOption, SiteOption
from local.command.printing import print_json, record_table
from local.command.records import Record, session_of
from local.home import Home
from local.narration.screen import Screen
from local.narration.sentences import WORDS
from local.stack.running import Stack
from shared.adapters.sites import get_site
from shared.adapters.verification import Review, latest_reviews, load_verified
from shared.contracts.issuers import REFERENCES, Issuer
from shared.contracts.sites import DEFAULT_SITE
from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from shared.forecasting.verification import Coverage, IssuerSummary, summarise

_COLUMNS = {
    "variable": "Variable",
    "issuer": "Who",
    "days": "Days",
    "mae": "MAE",
    "bias": "Bias",
    "crps": "CRPS",
    "brier": "Brier",
    "skill": "Skill*",
    "held_80": "In 80 %",
    "held_95": "In 95 %",
    "flip_flop": "Flip-flop",
}
_COLOURS = {"fine": "green", "retrain": "yellow", "roll_back": "red"}

VariableOption = Annotated[
    Variable | None, typer.Option("--variable", "-v", help="Only of this variable.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (verify, reviews):
        app.command(rich_help_panel="Models")(command)


def verify(
    site: SiteOption = DEFAULT_SITE.site_id,
    *,
    variable: VariableOption = None,
    days: Annotated[int, typer.Option(min=1, help="So many days back.")] = 90,
    lead: Annotated[
        int | None, typer.Option(min=1, max=7, help="Only so many days ahead; all together if not.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how the forecasts that were issued turned out, beside references and shadows.

    --json has all leads, and how reliable the probabilities of rain were.
    """
    since = _today() - timedelta(days=days)
    wanted = FORECAST_VARIABLES if variable is None else (variable,)
    with session_of(Stack.running_at(Home.at(home))) as session:
        get_site(session, site)
        found = {
            name: summarise(load_verified(session, site, name, since=since), REFERENCES)
            for name in wanted
        }
    if as_json:
        print_json({name.value: list(map(asdict, ones)) for name, ones in found.items()})
        return
    rows = [row for name, ones in found.items() for row in _rows(name, ones, lead)]
    Screen().say(record_table(rows, _COLUMNS, none="No forecast has been verified yet."))
    if rows:
        Screen().say(
            "[dim]* against damped persistence, on the cases both have; 1 perfect, 0 no better.\n"
            "! more, or less, than chance explains.[/]"
        )


def reviews(
    site: Annotated[str | None, typer.Option("--site", help="Of this site only.")] = None,
    *,
    variable: VariableOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="So many, the newest.")] = 20,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the daily reviews of the champions: fine, retrain or rolled back, and why."""
    with session_of(Stack.running_at(Home.at(home))) as session:
        if site is not None:
            get_site(session, site)
        found = latest_reviews(session, site, variable=variable, limit=limit)
    if as_json:
        print_json(list(map(asdict, found)))
        return
    lines = [_line(one) for one in found]
    Screen().say("\n".join(lines) or "No champion has been reviewed yet.")


def _today() -> date:
    return datetime.now(UTC).date()


def _line(one: Review) -> str:
    colour = _COLOURS[one.outcome]
    return (
        f"{one.review_date}  {escape(one.site_id)}: {WORDS[one.variable]}: "
        f"[{colour}]{one.outcome.replace('_', ' ')}[/]\n  [dim]{escape(one.reason)}[/]"
    )


def _rows(variable: Variable, ones: Sequence[IssuerSummary], lead: int | None) -> list[Record]:
    rows = []
    for one in ones:
        at = one.pooled if lead is None else next((x for x in one.leads if x.lead == lead), None)
        if at is None:
            continue
        rows.append(
            {
                "variable": WORDS[variable],
                "issuer": one.issuer.replace("_", " "),
                "days": at.days,
                "mae": f"{at.mae:.2f}",
                "bias": f"{at.bias:+.2f}",
                "crps": f"{at.crps:.2f}",
                "brier": _number(at.brier, ".3f"),
                "skill": _number(at.skill.get(Issuer.DAMPED_PERSISTENCE), "+.2f"),
                "held_80": _held(at.coverage_80),
                "held_95": _held(at.coverage_95),
                "flip_flop": _number(one.flip_flop, ".2f"),
            }
        )
    return rows


def _number(value: float | None, form: str) -> str | None:
    return None if value is None else format(value, form)


def _held(coverage: Coverage) -> str:
    return f"{coverage.share:.0%}{'' if coverage.is_as_promised else ' !'}"

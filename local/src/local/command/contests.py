"""What came of a training: for each variable who won, how well it does, and what the gate said."""

from typing import Any
from uuid import UUID

from rich import box
from rich.console import RenderableType
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from local.command.printing import COLOURS
from local.narration.sentences import WORDS
from shared.adapters.tables import candidates, contenders, decisions
from shared.forecasting.variables import LEAD_DAYS, VARIABLES, Variable

NOTHING = "-"
# With fewer of the samples it is a tie, which the simpler family wins (`trainer.stability.CLEAR`).
_TIE_BELOW = 0.95


def contests_of(session: Session, training: UUID) -> list[dict[str, Any]]:
    """Return the contests of a training, by variable: winner, ranking, metrics, decision."""
    query = (
        select(
            candidates.c.variable,
            candidates.c.family,
            candidates.c.score,
            candidates.c.contest,
            contenders.c.metrics,
            contenders.c.recipe,
            contenders.c.training_seconds,
            decisions.c.outcome,
            decisions.c.reason,
        )
        .join(contenders, contenders.c.contender_id == candidates.c.contender_id)
        .outerjoin(
            decisions,
            (decisions.c.candidate_id == candidates.c.candidate_id)
            & (decisions.c.kind == "judgement"),
        )
        .where(candidates.c.training_id == training)
    )
    order = [variable.value for variable in Variable]
    found = [dict(row._mapping) for row in session.execute(query)]  # noqa: SLF001 - its public name
    return sorted(found, key=lambda contest: order.index(contest["variable"]))


def contest_table(contests: list[dict[str, Any]]) -> RenderableType:
    """Lay contests out, a line a variable; errors at the first and the last lead and over all."""
    if not contests:
        return "No family made a model of any variable."
    first, last = LEAD_DAYS[0], LEAD_DAYS[-1]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Variable")
    table.add_column("Winner")
    for heading in (
        f"MAE\nday {first}",
        f"\nday {last}",
        "\nall",
        "Skill vs damped\npersistence",
        "Inside\n80 %",
        "Score",
        "Sure",
    ):
        table.add_column(heading, justify="right")
    table.add_column("The gate says")
    for contest in contests:
        metrics = contest["metrics"]
        variable = Variable(contest["variable"])
        unit = "" if variable is Variable.PRECIPITATION else f" {VARIABLES[variable].unit}"
        outcome = contest["outcome"] or NOTHING
        colour = COLOURS.get(outcome)
        table.add_row(
            WORDS[variable],
            contest["family"].replace("-", " "),
            f"{metrics[f'mae_lead_{first}']:.2f}{unit}",
            f"{metrics[f'mae_lead_{last}']:.2f}{unit}",
            f"{metrics['mae']:.2f}{unit}",
            f"{metrics['skill_vs_damped_persistence']:+.2f}",
            f"{metrics['coverage_80']:.0%}",
            f"{contest['score']:.2f}",
            _sureness(contest["contest"]),
            f"[{colour}]{outcome}[/]" if colour else outcome,
        )
    return table


def _sureness(ranking: list[dict[str, Any]]) -> str:
    """Return in which share of the samples the winner won, and whether that is a tie."""
    share = ranking[0].get("wins") if ranking else None  # not of contests held before it was told
    if share is None:
        return NOTHING
    return f"{share:.0%}" if share >= _TIE_BELOW else f"{share:.0%}, a tie"

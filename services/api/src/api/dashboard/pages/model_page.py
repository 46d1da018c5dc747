"""The card of a model: how good it is, what it is made of and leans on, and how it was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from api.answers.models import ModelCard
from api.answers.record import DecisionAnswer
from api.dashboard.chart.frame import Size
from api.dashboard.chart.leads import LeadChart
from api.dashboard.pages.champions import ChampionRow
from api.dashboard.pages.leaning import leanings
from api.dashboard.shell import Shell
from api.serving.snapshot import ServedSite
from shared.forecasting.variables import LEAD_DAYS, Variable

_LEADS, _LEADS_NARROW = Size(520.0, 300.0), Size(360.0, 260.0)
# Drawn in this order, the model on top: name of the issuer, name of its metric.
_DRAWN = (
    ("persistence", "mae_persistence"),
    ("climatology", "mae_climatology"),
    ("damped_persistence", "mae_damped_persistence"),
    ("champion", "mae"),
)


@dataclass(frozen=True)
class LeadRow:
    """Scores of the backtest at one lead; None where the model does not tell."""

    lead: int
    mae: float | None
    rmse: float | None
    skill: float | None
    coverage_80: float | None


@dataclass(frozen=True)
class ModelPage:
    """What the page shows of one site and variable.

    Attributes
    ----------
    card : ModelCard or None
        None while the database does not answer.
    decision : DecisionAnswer or None
        By which it was promoted.
    criteria : sequence of mapping
        What each criterion of the decision found.
    leanings : mapping of str to float
        What the model leans on, as shares.
    """

    shell: Shell
    variable: Variable
    row: ChampionRow
    card: ModelCard | None
    decision: DecisionAnswer | None
    criteria: Sequence[Mapping[str, JsonValue]]
    by_lead: Sequence[LeadRow]
    leads: LeadChart | None
    leads_narrow: LeadChart | None
    leanings: Mapping[str, float]


def model_page(
    shell: Shell,
    served: ServedSite,
    row: ChampionRow,
    card: ModelCard | None,
    decisions: Sequence[DecisionAnswer],
) -> ModelPage:
    """Return the card of what serves a variable."""
    model = served.models.get(row.variable)
    metrics = model.document.metrics if model else {}
    errors = {name: _by_lead(metrics, metric) for name, metric in _DRAWN}
    drawn = {name: found for name, found in errors.items() if found}
    promoted = model.champion.decision_id if model else None
    decision = next((one for one in decisions if one.decision_id == promoted), None)
    return ModelPage(
        shell=shell,
        variable=row.variable,
        row=row,
        card=card,
        decision=decision,
        criteria=_criteria(decision),
        by_lead=_rows(metrics) if drawn.get("champion") else (),
        leads=LeadChart.of(drawn, _LEADS) if drawn else None,
        leads_narrow=LeadChart.of(drawn, _LEADS_NARROW) if drawn else None,
        leanings=leanings(model, served.inputs) if model and served.inputs else {},
    )


def _by_lead(metrics: Mapping[str, float], metric: str) -> list[tuple[int, float]]:
    found = ((lead, metrics.get(f"{metric}_lead_{lead}")) for lead in LEAD_DAYS)
    return [(lead, value) for lead, value in found if value is not None]


def _rows(metrics: Mapping[str, float]) -> list[LeadRow]:
    return [
        LeadRow(
            lead,
            *(
                metrics.get(f"{name}_lead_{lead}")
                for name in ("mae", "rmse", "skill_vs_damped_persistence", "coverage_80")
            ),
        )
        for lead in LEAD_DAYS
    ]


def _criteria(decision: DecisionAnswer | None) -> list[Mapping[str, JsonValue]]:
    if decision is None or not isinstance(decision.criteria, list):
        return []
    return [one for one in decision.criteria if isinstance(one, dict)]

"""Who serves each variable, and how good it is: one row a variable."""

from dataclasses import dataclass
from datetime import date, datetime

from api.dashboard.language import Language
from api.serving.snapshot import ServedSite
from api.serving.state import ServingState
from shared.forecasting.variables import FORECAST_VARIABLES, Variable


@dataclass(frozen=True)
class ChampionRow:
    """A variable and what serves it.

    Attributes
    ----------
    served_by : str
        Name of the phrase that says it.
    skill_vs_persistence, skill_vs_climatology : float or None
        Share of the reference's squared error that is removed; for rain of its Brier score.
    note : str or None
        What a user should know: why it is not a champion, or that a newer one was refused.
    """

    variable: Variable
    served_by: str
    version: str | None = None
    since: datetime | None = None
    train_cutoff: date | None = None
    r2: float | None = None
    skill_vs_persistence: float | None = None
    skill_vs_climatology: float | None = None
    note: str | None = None


def champion_rows(
    served: ServedSite, state: ServingState, language: Language
) -> tuple[ChampionRow, ...]:
    """Return a row for each forecast variable of a site."""
    return tuple(_row(served, variable, state, language) for variable in FORECAST_VARIABLES)


def _row(
    served: ServedSite, variable: Variable, state: ServingState, language: Language
) -> ChampionRow:
    found = served.forecasts.get(variable)
    model = found.model if found else None
    note = _note(served, variable, state, language)
    if model is None:
        by = "served.climatology" if found and found.forecast else "served.nothing"
        return ChampionRow(variable, by, note=note)
    metrics = model.document.metrics
    return ChampionRow(
        variable=variable,
        served_by=f"family.{model.champion.family}",
        version=model.champion.model_version,
        since=model.champion.promoted_at,
        train_cutoff=model.champion.train_cutoff,
        # Of a yes-or-no event like rain, R2 says nothing a person can use.
        r2=None if variable is Variable.PRECIPITATION else metrics.get("r2"),
        skill_vs_persistence=metrics.get("skill_vs_persistence"),
        skill_vs_climatology=metrics.get("skill_vs_climatology"),
        note=note,
    )


def _note(
    served: ServedSite, variable: Variable, state: ServingState, language: Language
) -> str | None:
    failure = state.failures.get((served.site.site_id, variable))
    if failure is not None:
        return language.say("served.refused", reason=failure.reason)
    found = served.forecasts.get(variable)
    return found.reason if found else None

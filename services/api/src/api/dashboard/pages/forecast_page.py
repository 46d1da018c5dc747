"""The first page: what the weather will be, how sure that is, and who says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.answers.chronicle import Earlier
from api.answers.record import DecisionAnswer, JobAnswer
from api.dashboard.language import Language
from api.dashboard.pages.champions import ChampionRow, champion_rows
from api.dashboard.pages.charts import Charts, charts
from api.dashboard.pages.days import Outlook, outlook
from api.dashboard.pages.steps import Step, steps
from api.dashboard.pages.words import variable_name
from api.dashboard.shell import Shell, Visit, fresh
from api.serving.freshness import Freshness
from api.serving.snapshot import ServedSite
from api.serving.state import ServingState
from shared.forecasting.variables import Variable


@dataclass(frozen=True)
class SiteRecord:
    """What the database says of a site; absent while it does not answer."""

    decisions: Sequence[DecisionAnswer]
    jobs: Sequence[JobAnswer]
    earlier: Mapping[Variable, Earlier] = field(default_factory=dict)


@dataclass(frozen=True)
class ForecastPage:
    """What the page shows of one site.

    Attributes
    ----------
    outlook, charts, fresh : None while there is no forecast
    earlier : Earlier or None
        The forecast of the maximum before this one, as far as it has come.
    decisions, steps : None while the database does not answer
    waiting : str or None
        Why there is no forecast yet.
    stand_ins : str or None
        For which variables climatology stands in, and that it does.
    """

    shell: Shell
    waiting: str | None
    stand_ins: str | None
    outlook: Outlook | None
    charts: Charts | None
    earlier: Earlier | None
    fresh: Freshness | None
    champions: tuple[ChampionRow, ...]
    decisions: Sequence[DecisionAnswer] | None
    steps: tuple[Step, ...] | None


def forecast_page(
    shell: Shell, served: ServedSite, state: ServingState, record: SiteRecord | None
) -> ForecastPage:
    """Return the page of a site as it is served now."""
    visit, history = shell.visit, served.history
    language, is_forecast = visit.language, served.has_forecast
    earlier = record.earlier if record else {}
    return ForecastPage(
        shell=shell,
        waiting=None if is_forecast else _waiting(served, language),
        stand_ins=_stand_ins(served, language),
        outlook=outlook(served, language, visit.now) if is_forecast else None,
        charts=charts(served, history, earlier) if history and is_forecast else None,
        earlier=earlier.get(Variable.TEMPERATURE_MAX),
        fresh=fresh(served, visit.now),
        champions=champion_rows(served, state, language),
        decisions=record.decisions if record else None,
        steps=_steps(record, served, visit),
    )


def _steps(record: SiteRecord | None, served: ServedSite, visit: Visit) -> tuple[Step, ...] | None:
    return steps(record.jobs, served, visit.language, visit.now) if record else None


def _waiting(served: ServedSite, language: Language) -> str:
    days = served.history.n_days if served.history else 0
    so_far = language.say("outlook.so_far", n=days) if days else language.say("outlook.none_so_far")
    return language.say("outlook.waiting", place=served.site.name, so_far=so_far)


def _stand_ins(served: ServedSite, language: Language) -> str | None:
    names = [
        variable_name(variable, language)
        for variable, found in served.forecasts.items()
        if found.forecast is not None and found.model is None
    ]
    if not names:
        return None
    if len(names) == len(served.forecasts):
        return language.say("outlook.all_usual")
    return language.say("outlook.some_usual", variables=", ".join(names))

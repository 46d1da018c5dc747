"""The dashboard page as plain values: everything the template shows is decided here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.answers.daily import collecting_sentence
from api.answers.record import DecisionAnswer, JobAnswer
from api.dashboard.champions import ChampionRow, champion_rows
from api.dashboard.charts import Charts, charts
from api.dashboard.outlook import Outlook, outlook
from api.dashboard.pipeline import Step, is_busy, pipeline
from api.dashboard.words import VARIABLE_NAMES, long_day
from api.serving.freshness import Freshness, freshness
from api.serving.snapshot import ServedSite
from api.serving.state import ServingState
from shared.contracts.provenance import Provenance
from shared.contracts.sites import Site, SiteState

_BUSY_REFRESH_SECONDS, _CALM_REFRESH_SECONDS = 3, 30


@dataclass(frozen=True)
class SiteRecord:
    """What the database says of a site; absent while it does not answer."""

    decisions: Sequence[DecisionAnswer]
    jobs: Sequence[JobAnswer]


@dataclass(frozen=True)
class Banner:
    """Something a reader must know before the figures."""

    kind: str
    title: str
    text: str


@dataclass(frozen=True)
class Page:
    """What the dashboard shows of one site.

    Attributes
    ----------
    outlook, charts, fresh : None while there is no forecast
    decisions, steps : None while the database does not answer
    waiting : str or None
        Why there is no forecast yet.
    stand_ins : str or None
        Begins the sentence that says for which variables climatology stands in.
    """

    site: Site
    sites: tuple[Site, ...]
    now: datetime
    banners: tuple[Banner, ...]
    waiting: str | None
    stand_ins: str | None
    outlook: Outlook | None
    charts: Charts | None
    fresh: Freshness | None
    champions: tuple[ChampionRow, ...]
    decisions: Sequence[DecisionAnswer] | None
    steps: tuple[Step, ...] | None
    refresh_seconds: int


def dashboard_page(
    served: ServedSite, state: ServingState, record: SiteRecord | None, now: datetime
) -> Page:
    """Return the page of a site as it is served now."""
    history = served.history
    steps = pipeline(record.jobs, served, now) if record else None
    fresh = (
        freshness(history.last_date, timezone=served.site.timezone, now=now) if history else None
    )
    is_forecast = served.has_forecast
    return Page(
        site=served.site,
        sites=tuple(other.site for other in state.snapshot.sites.values()),
        now=now,
        banners=tuple(_banners(served, fresh, record)),
        waiting=None if is_forecast else collecting_sentence(served),
        stand_ins=_stand_ins(served),
        outlook=outlook(served, now) if is_forecast else None,
        charts=charts(served, history) if history and is_forecast else None,
        fresh=fresh,
        champions=champion_rows(served, state),
        decisions=record.decisions if record else None,
        steps=steps,
        refresh_seconds=(
            _BUSY_REFRESH_SECONDS if not steps or is_busy(steps) else _CALM_REFRESH_SECONDS
        ),
    )


def _stand_ins(served: ServedSite) -> str | None:
    names = [
        VARIABLE_NAMES[variable]
        for variable, found in served.forecasts.items()
        if found.forecast is not None and found.model is None
    ]
    if len(names) == len(served.forecasts):
        return "This"
    return f"For {' and '.join(names).lower()} this" if names else None


def _banners(
    served: ServedSite, fresh: Freshness | None, record: SiteRecord | None
) -> list[Banner]:
    banners = []
    if served.site.provenance is Provenance.SIMULATED:
        banners.append(
            Banner(
                "simulated",
                "Simulated weather",
                "These figures were made up by a weather generator to try the system out. "
                "They say nothing about the real weather.",
            )
        )
    if served.site.state is SiteState.PAUSED:
        banners.append(
            Banner(
                "paused",
                "Paused",
                f"Nothing new is collected or trained here until the site is resumed: "
                f"`climate sites resume {served.site.site_id}`.",
            )
        )
    if fresh is not None and fresh.is_stale:
        days = f"{fresh.stale_days} day{'' if fresh.stale_days == 1 else 's'}"
        banners.append(
            Banner(
                "stale",
                f"Out of date by {days}",
                f"The last observed day is {long_day(fresh.reference_date)}; "
                "the forecast is for the week after it.",
            )
        )
    if record is None:
        banners.append(
            Banner(
                "degraded",
                "The database does not answer",
                "The forecast is served from memory; the record below comes back by itself.",
            )
        )
    return banners

"""What stands around every page: where one is, where one may go, and what must be known first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from api.dashboard.language import LANGUAGES, THEMES, Language, Theme
from api.serving.freshness import Freshness, freshness
from api.serving.snapshot import ServedSite
from shared.contracts.provenance import Provenance
from shared.contracts.sites import Site, SiteState

#: The pages about a site, in the order they are offered: name of the phrase, address.
PAGES = (
    ("forecast", "/dashboard"),
    ("verification", "/dashboard/verification"),
    ("models", "/dashboard/models"),
    ("history", "/dashboard/history"),
    ("data", "/dashboard/data"),
    ("pipeline", "/dashboard/pipeline"),
)


@dataclass(frozen=True)
class Banner:
    """Something a reader must know before the figures."""

    kind: str
    title: str
    text: str


@dataclass(frozen=True)
class Visit:
    """Somebody who looks at a page.

    Attributes
    ----------
    path, query : str, mapping
        The address, so that a switch leads back to it.
    flower_url : str or None
        Where the monitor of the queues is.
    """

    language: Language
    theme: Theme
    path: str
    query: Mapping[str, str]
    now: datetime
    flower_url: str | None = None

    @property
    def languages(self) -> Mapping[str, Language]:
        """The languages there are."""
        return LANGUAGES

    @property
    def themes(self) -> Mapping[str, Theme]:
        """The themes there are."""
        return THEMES

    def switched(self, name: str, value: str) -> str:
        """Return the address of this page with one thing asked for otherwise."""
        return f"{self.path}?{urlencode({**self.query, name: value})}"


@dataclass(frozen=True)
class Shell:
    """What stands around a page about a site.

    Attributes
    ----------
    current : str
        Name of the page.
    """

    visit: Visit
    current: str
    site: Site
    has_other_sites: bool
    banners: tuple[Banner, ...]

    @property
    def now(self) -> datetime:
        """When the page was made."""
        return self.visit.now

    @property
    def pages(self) -> tuple[tuple[str, str], ...]:
        """The pages about this site, and where they are."""
        return tuple((name, self.link(path)) for name, path in PAGES)

    def link(self, path: str) -> str:
        """Return the address of a page about this site."""
        return f"{path}?{urlencode({'site': self.site.site_id})}"


def fresh(served: ServedSite, now: datetime) -> Freshness | None:
    """Say how old the newest observation of a site is; None before there is one."""
    history = served.history
    if history is None:
        return None
    return freshness(history.last_date, timezone=served.site.timezone, now=now)


def banners(served: ServedSite, visit: Visit, *, is_away: bool) -> tuple[Banner, ...]:
    """Return what must be known before the figures of a site.

    Parameters
    ----------
    is_away : bool
        Whether the database does not answer.
    """
    say, site, age = visit.language.say, served.site, fresh(served, visit.now)
    found = []
    if site.provenance is Provenance.SIMULATED:
        found.append(("simulated", say("banner.simulated_text")))
    if site.state is SiteState.PAUSED:
        command = f"`climate sites resume {site.site_id}`"
        found.append(("paused", say("banner.paused_text", command=command)))
    if age is not None and age.is_stale:
        day = visit.language.long_day(age.reference_date)
        found.append(("stale", say("banner.stale_text", day=day)))
    if is_away:
        found.append(("away", say("banner.away_text")))
    titles = {"stale": say("banner.stale", n=age.stale_days if age else 0)}
    return tuple(
        Banner(kind, titles.get(kind) or say(f"banner.{kind}"), text) for kind, text in found
    )

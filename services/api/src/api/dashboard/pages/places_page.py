"""All places, to choose from: searched for by name, with today's temperatures."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.dashboard.language import Language
from api.dashboard.pages.days import DayCard, outlook
from api.dashboard.shell import Visit
from api.serving.snapshot import ServedSite
from shared.contracts.sites import Site

_MOST_SHOWN = 60


@dataclass(frozen=True)
class Place:
    """A place, and its nearest day; None without a forecast for it."""

    site: Site
    day: DayCard | None


@dataclass(frozen=True)
class PlacesPage:
    """The places that were found.

    Attributes
    ----------
    found : int
        How many there are; those shown are the first.
    """

    visit: Visit
    search: str
    total: int
    found: int
    places: Sequence[Place]


def places_page(visit: Visit, sites: Iterable[ServedSite], search: str) -> PlacesPage:
    """Return the places whose name or id holds what is searched for."""
    everywhere = sorted(sites, key=lambda served: _plain(served.site.name))
    wanted = _plain(search)
    found = [one for one in everywhere if wanted in _plain(f"{one.site.name} {one.site.site_id}")]
    places = [_place(served, visit.language, visit) for served in found[:_MOST_SHOWN]]
    return PlacesPage(visit, search, len(everywhere), len(found), places)


def _place(served: ServedSite, language: Language, visit: Visit) -> Place:
    day = outlook(served, language, visit.now).next_card if served.has_forecast else None
    return Place(served.site, day)


def _plain(text: str) -> str:
    """Return a text as it is searched: without accents, case and outer spaces."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold().strip()

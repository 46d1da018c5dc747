"""A site with its ring, as collecting finds them."""

from dataclasses import dataclass
from datetime import date

from shared.adapters.database import SessionFactory
from shared.adapters.observations import last_observed_date
from shared.adapters.sites import get_site, list_ring
from shared.contracts.sites import Site, SiteState


@dataclass(frozen=True)
class Neighbourhood:
    """A site, the points of its ring, and how far its observations reach.

    Attributes
    ----------
    known_until : date or None
        Newest observed day of the site itself.
    """

    site: Site
    ring: tuple[Site, ...]
    known_until: date | None

    @property
    def is_active(self) -> bool:
        """Whether it is collected at all."""
        return self.site.state is SiteState.ACTIVE

    @property
    def places(self) -> tuple[Site, ...]:
        """The site and its ring."""
        return (self.site, *self.ring)


def load_neighbourhood(sessions: SessionFactory, site_id: str) -> Neighbourhood:
    """Return a site with the points of its ring that are collected; raises `SiteUnknown`."""
    with sessions.begin() as session:
        points = [ring_point.point for ring_point in list_ring(session, site_id)]
        return Neighbourhood(
            get_site(session, site_id),
            tuple(point for point in points if point.state is SiteState.ACTIVE),
            last_observed_date(session, site_id),
        )

"""Sites: the places forecasts are made for."""

from dataclasses import dataclass
from enum import StrEnum

from shared.contracts.provenance import Provenance


class SiteState(StrEnum):
    """What is done with a site; its ring of points always shares its fate."""

    ACTIVE = "active"
    PAUSED = "paused"  # shown and served, but neither collected nor trained
    REMOVED = "removed"  # gone from every list; what was observed and forecast is kept


@dataclass(frozen=True)
class Site:
    """A place, with the provenance of its observations once it has any.

    Attributes
    ----------
    latitude, longitude : float
        Degrees north and east (WGS 84).
    elevation : float or None
        Metres above sea level; None lets the source decide.
    timezone : str
        IANA name; used for the hour of collection and for display, never inside.
    """

    site_id: str
    name: str
    latitude: float
    longitude: float
    elevation: float | None
    timezone: str
    provenance: Provenance | None = None
    state: SiteState = SiteState.ACTIVE


@dataclass(frozen=True)
class RingPoint:
    """A point of the ring around a site, observed to help its forecasts.

    Attributes
    ----------
    point : Site
        The place itself; its observations stand under its own id.
    centre_id : str
        The site it belongs to.
    bearing_degrees, distance_km : float
        Where it lies, seen from the centre: clockwise from north, along the sphere.
    """

    point: Site
    centre_id: str
    bearing_degrees: float
    distance_km: float


DEFAULT_SITE = Site(
    site_id="marrakech",
    name="Marrakech",
    latitude=31.63,
    longitude=-8.0,
    elevation=466.0,
    timezone="Africa/Casablanca",
)

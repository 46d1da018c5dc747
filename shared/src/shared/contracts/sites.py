"""Sites: the places forecasts are made for."""

from dataclasses import dataclass

from shared.contracts.provenance import Provenance


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


DEFAULT_SITE = Site(
    site_id="marrakech",
    name="Marrakech",
    latitude=31.63,
    longitude=-8.0,
    elevation=466.0,
    timezone="Africa/Casablanca",
)

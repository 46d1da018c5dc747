"""Sites: the places forecasts are made for, and what a new one must be."""

import difflib
import re
import unicodedata
import zoneinfo
from dataclasses import dataclass
from enum import StrEnum

from shared.contracts.provenance import Provenance
from shared.errors import SiteRefused
from shared.forecasting.sphere import Position, distance_and_bearing

#: Two sites nearer than this are one place twice: far below the grid of any source.
SAME_PLACE_KM = 1.0

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_ID = 40
_LONGEST_NAME = 100
_POLE, _HALF_CIRCLE = 90.0, 180.0  # degrees
# A little beyond the lowest and the highest ground there is.
_LOWEST_METRES, _HIGHEST_METRES = -500.0, 9000.0


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

    @property
    def position(self) -> Position:
        """Where it is."""
        return Position(self.latitude, self.longitude)

    def is_at_the_place_of(self, other: "Site") -> bool:
        """Say whether two sites are one place twice."""
        return distance_and_bearing(self.position, other.position)[0] < SAME_PLACE_KM


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


def new_site(
    name: str,
    *,
    latitude: float,
    longitude: float,
    timezone: str,
    elevation: float | None = None,
    site_id: str | None = None,
) -> Site:
    """Return a site somebody asks for, once all that is said of it can be true.

    Parameters
    ----------
    site_id : str, optional
        By default the name as a slug: `São Paulo` becomes `sao-paulo`.

    Raises
    ------
    SiteRefused
        Says what is wrong and what is accepted.
    """
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise SiteRefused(f"A site needs a name of 1 to {_LONGEST_NAME} characters, not {name!r}.")
    check_position(latitude, longitude)
    if elevation is not None and not _LOWEST_METRES <= elevation <= _HIGHEST_METRES:
        raise SiteRefused(
            f"The elevation {elevation:g} is outside {_LOWEST_METRES:g} to {_HIGHEST_METRES:g} "
            "metres; left out, the source takes that of the ground."
        )
    return Site(
        site_id=_checked_id(site_id) if site_id is not None else _id_from(name),
        name=name,
        latitude=latitude,
        longitude=longitude,
        elevation=elevation,
        timezone=_checked_timezone(timezone),
    )


def check_position(latitude: float, longitude: float) -> None:
    """Raise `SiteRefused` for degrees that are no place on earth."""
    if not abs(latitude) <= _POLE:  # so written, it holds for NaN too
        swapped = " Are latitude and longitude swapped?" if abs(longitude) <= _POLE else ""
        raise SiteRefused(f"The latitude {latitude:g} is outside -90 to 90 degrees north.{swapped}")
    if not abs(longitude) <= _HALF_CIRCLE:
        raise SiteRefused(f"The longitude {longitude:g} is outside -180 to 180 degrees east.")


def _checked_timezone(timezone: str) -> str:
    known = zoneinfo.available_timezones()
    if timezone in known:
        return timezone
    close = difflib.get_close_matches(timezone, known, n=3, cutoff=0.5)
    hint = f" Was {' or '.join(close)} meant?" if close else ""
    raise SiteRefused(
        f"There is no time zone {timezone!r}: give its IANA name, like Africa/Casablanca.{hint}"
    )


def _checked_id(site_id: str) -> str:
    if _SLUG.fullmatch(site_id) and len(site_id) <= _LONGEST_ID:
        return site_id
    raise SiteRefused(
        f"{site_id!r} cannot be the id of a site: lower-case letters a to z and digits, in words "
        f"joined by single hyphens, {_LONGEST_ID} characters at most, like casablanca-anfa."
    )


def _id_from(name: str) -> str:
    """Return a name as a slug."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall("[a-z0-9]+", plain.replace("'", "")))[:_LONGEST_ID].strip("-")
    if not slug:
        raise SiteRefused(f"No id can be made of the name {name!r}: give one, in letters a to z.")
    return slug

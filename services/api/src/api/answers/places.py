"""Which site an answer is of: the one named, or the one nearest to a point."""

import math

from api.answers.parameters import PlaceQuery
from api.answers.problems import NotReady, SiteNotFound
from api.serving.snapshot import ServedSite, Snapshot

_EARTH_RADIUS_KM = 6371.0  # mean radius
_MOST_NAMES = 20  # of sites in one sentence


def find_site(snapshot: Snapshot, query: PlaceQuery, *, radius_km: float) -> ServedSite:
    """Return the site asked for, by its id or as the nearest to a point.

    Raises
    ------
    SiteNotFound
        There is none of that id, or none within `radius_km` of the point.
    NotReady
        The sites have not been read yet.
    """
    if query.point is not None:
        return _nearest_site(snapshot, query.point, radius_km)
    return named_site(snapshot, query.site or "")


def named_site(snapshot: Snapshot, site_id: str) -> ServedSite:
    """Return a site by its id; raises like `find_site`."""
    _refuse_none(snapshot)
    if site_id not in snapshot.sites:
        raise SiteNotFound(f"There is no site {site_id[:80]!r}; there is: {_names(snapshot)}.")
    return snapshot.sites[site_id]


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance of two points (degrees north, east) by the haversine.

    Examples
    --------
    >>> round(distance_km((31.63, -8.0), (33.57, -7.59)))  # Marrakech to Casablanca
    219
    """
    latitude, longitude = math.radians(one[0]), math.radians(one[1])
    other_latitude, other_longitude = math.radians(other[0]), math.radians(other[1])
    across = math.sin((other_latitude - latitude) / 2) ** 2
    along = math.sin((other_longitude - longitude) / 2) ** 2
    chord = across + math.cos(latitude) * math.cos(other_latitude) * along
    return 2 * _EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))


def _nearest_site(snapshot: Snapshot, point: tuple[float, float], radius_km: float) -> ServedSite:
    _refuse_none(snapshot)
    distance, nearest = min(
        (
            (distance_km(point, (served.site.latitude, served.site.longitude)), served)
            for served in snapshot.sites.values()
        ),
        key=lambda found: found[0],
    )
    if distance > radius_km:
        raise SiteNotFound(
            f"No site lies within {radius_km:g} km of {point[0]:g}, {point[1]:g}; the nearest is "
            f"{nearest.site.site_id}, {distance:.0f} km away."
        )
    return nearest


def _refuse_none(snapshot: Snapshot) -> None:
    if not snapshot.sites:
        raise NotReady(
            "The sites have not been read from the database yet; ask again in a few seconds."
        )


def _names(snapshot: Snapshot) -> str:
    names = sorted(snapshot.sites)
    return ", ".join(names[:_MOST_NAMES]) + (", ..." if len(names) > _MOST_NAMES else "")

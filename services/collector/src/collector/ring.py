"""The ring around a site: points upstream and around, whose weather will be the site's tomorrow.

Directions are told from upstream, which follows from the latitude: west where the westerlies blow,
east-north-east and east-south-east in the trade winds (https://glossary.ametsoc.org, "westerlies",
"trade winds"). They are whole points of the compass, so that an id says exactly where a point lies.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple, Self

from shared.contracts.sites import RingPoint, Site, check_position
from shared.forecasting.sphere import destination

#: Three points straight upstream, where the weather comes from, and one each way around the rest.
DEFAULT_RING = "0@200,0@400,0@600,45@300,-45@300,90@300,-90@300,180@300"
NO_RING = "none"

_COMPASS = ("n", "nne", "ne", "ene", "e", "ese", "se", "sse",
            "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw")  # fmt: skip
_POINT_OF_COMPASS = 360.0 / len(_COMPASS)  # 22.5 degrees

# The subtropical highs, some 30 degrees from the equator, part trade winds and westerlies.
_TRADE_WINDS_WITHIN = 30.0
_WEST, _EAST_NORTH_EAST, _EAST_SOUTH_EAST = 270.0, 67.5, 112.5

_MOST_POINTS = 24
_NEAREST_KM, _FARTHEST_KM = 20, 2000
_DECIMALS = 4  # of degrees: eleven metres, far below the grid of any source
_POINT = re.compile(r"(?P<degrees>[+-]?\d+(\.\d+)?)@(?P<km>\d+)")


class RingSpot(NamedTuple):
    """A point of every ring: degrees clockwise from upstream, and kilometres."""

    degrees: float
    km: int


@dataclass(frozen=True)
class RingShape:
    """How many points a ring has, in which directions and how far away."""

    spots: tuple[RingSpot, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a shape such as `0@200,-45@300`: degrees from upstream, at so many kilometres.

        Raises
        ------
        ValueError
            Says which point is not accepted, and what is.
        """
        if text.strip() in {"", NO_RING}:
            return cls(())
        spots = tuple(_spot(point.strip()) for point in text.split(","))
        if len({(spot.degrees % 360.0, spot.km) for spot in spots}) < len(spots):
            raise ValueError("names a point twice")
        if len(spots) > _MOST_POINTS:
            raise ValueError(f"has {len(spots)} points; at most {_MOST_POINTS} are accepted")
        return cls(spots)


def ring_around(centre: Site, shape: RingShape) -> list[RingPoint]:
    """Return the points around a site; the same site and shape always give the same points.

    Raises
    ------
    SiteRefused
        The site is no place on earth.
    """
    check_position(centre.latitude, centre.longitude)
    return [_ring_point(centre, spot) for spot in shape.spots]


def upstream_bearing(latitude: float) -> float:
    """Return where the weather of a latitude mostly comes from, in degrees clockwise from north.

    Examples
    --------
    >>> upstream_bearing(48.0), upstream_bearing(15.0), upstream_bearing(-15.0)
    (270.0, 67.5, 112.5)
    """
    if abs(latitude) >= _TRADE_WINDS_WITHIN:
        return _WEST
    return _EAST_NORTH_EAST if latitude >= 0 else _EAST_SOUTH_EAST


def _spot(text: str) -> RingSpot:
    match = _POINT.fullmatch(text)
    if match is None:
        raise ValueError(f"has a point {text!r}; written is degrees@kilometres, as in 45@300")
    spot = RingSpot(float(match["degrees"]), int(match["km"]))
    if spot.degrees % _POINT_OF_COMPASS:
        raise ValueError(f"has a direction of {spot.degrees:g}; accepted are multiples of 22.5")
    if not _NEAREST_KM <= spot.km <= _FARTHEST_KM:
        raise ValueError(f"has {spot.km} km; accepted are {_NEAREST_KM} to {_FARTHEST_KM} km")
    return spot


def _ring_point(centre: Site, spot: RingSpot) -> RingPoint:
    bearing = (upstream_bearing(centre.latitude) + spot.degrees) % 360.0
    wind = _COMPASS[round(bearing / _POINT_OF_COMPASS)]
    position = destination(centre.position, bearing_degrees=bearing, distance_km=spot.km)
    point = Site(
        site_id=f"{centre.site_id}.{wind}{spot.km}",
        name=f"{centre.name}, {spot.km} km {wind.upper()}",
        latitude=round(position.latitude, _DECIMALS),
        longitude=round(position.longitude, _DECIMALS),
        elevation=None,  # the ground's, whatever the source takes it to be; the sea's is fine
        timezone=centre.timezone,  # it is collected with its centre
        state=centre.state,
    )
    return RingPoint(point, centre.site_id, bearing_degrees=bearing, distance_km=float(spot.km))

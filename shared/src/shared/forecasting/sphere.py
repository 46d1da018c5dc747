"""Places on the sphere: how far and in which direction, and what lies there.

Great circles on a sphere of the mean radius are within half a percent of the ellipsoid, far below
the grid of any source.
"""

import math
from typing import NamedTuple

EARTH_RADIUS_KM = 6371.0088  # mean radius R1 (IUGG), https://doi.org/10.1007/s001900050278


class Position(NamedTuple):
    """A place on earth, in degrees; north and east are positive."""

    latitude: float
    longitude: float


def destination(start: Position, *, bearing_degrees: float, distance_km: float) -> Position:
    """Return where a great circle leads.

    Parameters
    ----------
    bearing_degrees : float
        Direction at the start, clockwise from north.

    Returns
    -------
    Position
        Longitude in [-180, 180).

    Examples
    --------
    >>> quarter = math.pi / 2 * EARTH_RADIUS_KM
    >>> north = destination(Position(0.0, 20.0), bearing_degrees=0.0, distance_km=quarter)
    >>> round(north.latitude, 6)
    90.0
    """
    latitude, longitude = math.radians(start.latitude), math.radians(start.longitude)
    bearing, angle = math.radians(bearing_degrees), distance_km / EARTH_RADIUS_KM
    sine = math.sin(latitude) * math.cos(angle)
    sine += math.cos(latitude) * math.sin(angle) * math.cos(bearing)
    sine = min(max(sine, -1.0), 1.0)  # rounding must not leave the sphere
    # Both without the factor cos(latitude), which leaves nothing but rounding at a pole.
    east = math.sin(bearing) * math.sin(angle)
    north = math.cos(angle) * math.cos(latitude)
    north -= math.sin(latitude) * math.sin(angle) * math.cos(bearing)
    degrees = math.degrees(longitude + math.atan2(east, north))
    return Position(math.degrees(math.asin(sine)), (degrees + 180.0) % 360.0 - 180.0)


def distance_and_bearing(start: Position, end: Position) -> tuple[float, float]:
    """Return the great-circle distance (km), and the bearing at the start in [0, 360) degrees.

    Examples
    --------
    >>> distance, bearing = distance_and_bearing(Position(0.0, 0.0), Position(0.0, 90.0))
    >>> round(distance), round(bearing)
    (10008, 90)
    """
    latitude, other = math.radians(start.latitude), math.radians(end.latitude)
    apart = math.radians(end.longitude - start.longitude)
    east = math.sin(apart) * math.cos(other)
    north = math.cos(latitude) * math.sin(other)
    north -= math.sin(latitude) * math.cos(other) * math.cos(apart)
    along = math.sin(latitude) * math.sin(other)
    along += math.cos(latitude) * math.cos(other) * math.cos(apart)
    # Exact at any distance, unlike the arc cosine near nought and half a circle (Vincenty).
    angle = math.atan2(math.hypot(east, north), along)
    return angle * EARTH_RADIUS_KM, math.degrees(math.atan2(east, north)) % 360.0

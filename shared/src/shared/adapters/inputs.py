"""Loads all that a site's forecasts may know: its own history, its neighbours', its guidance.

Training, serving and gating load by this, so they see the same. Neighbours are the points of the
site's ring, and other sites near enough whose observations have the same provenance: weather
simulated for one site knows nothing of weather measured at another.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from shared.adapters.database import database_now
from shared.adapters.guidance import load_guidance
from shared.adapters.observations import load_histories
from shared.adapters.tables import sites
from shared.contracts.sites import SiteState
from shared.errors import NotEnoughData, SiteUnknown
from shared.forecasting.inputs import ForecastInputs, Neighbour
from shared.forecasting.sphere import Position, distance_and_bearing

#: Beyond, the weather of the last days adds nothing about that of the next week (decision 0032).
FARTHEST_KM = 1500.0
#: Other sites that are taken into account beside the ring, the nearest first.
MOST_OTHER_SITES = 6

# A degree of latitude, rounded down so that no site within reach is missed.
_KM_A_DEGREE = 111.0


@dataclass(frozen=True)
class NeighbourPlace:
    """Where a neighbour lies, as seen from a site."""

    place_id: str
    bearing_degrees: float
    distance_km: float


def load_inputs(
    session: Session, site_id: str, *, since: date | None = None, known_at: datetime | None = None
) -> ForecastInputs:
    """Return what is known for a site's forecasts, by default now.

    Parameters
    ----------
    since : date, optional
        First day wanted.
    known_at : datetime, optional
        Leaves out whatever came later: places, revisions, guidance.

    Raises
    ------
    NotEnoughData
        Nothing was observed at the site itself.
    SiteUnknown
        There is no such site.
    """
    places = neighbour_places(session, site_id, known_at=known_at)
    histories = load_histories(
        session,
        [site_id, *(place.place_id for place in places)],
        ranges=None if since is None else [(since, date.max)],
        known_at=known_at,
    )
    if site_id not in histories:
        raise NotEnoughData("There are no observations: collect or import some first.")
    neighbours = [
        Neighbour(place.place_id, place.bearing_degrees, place.distance_km, history)
        for place in places
        if (history := histories.get(place.place_id)) is not None
    ]
    guidance = load_guidance(session, site_id, since=since, known_at=known_at)
    return ForecastInputs(histories[site_id], neighbours, guidance)


def neighbour_places(
    session: Session, site_id: str, *, known_at: datetime | None = None
) -> list[NeighbourPlace]:
    """Return the neighbours of a site: its ring, and the nearest other sites of its kind."""
    centre = session.execute(select(sites).where(sites.c.site_id == site_id)).one_or_none()
    if centre is None:
        raise SiteUnknown(site_id)
    north = FARTHEST_KM / _KM_A_DEGREE
    # A ring shares the fate of its centre, and a paused site is served on.
    in_ring = and_(sites.c.centre_id == site_id, sites.c.state != SiteState.REMOVED)
    another = and_(
        sites.c.centre_id.is_(None),
        sites.c.site_id != site_id,
        sites.c.state == SiteState.ACTIVE,
        sites.c.latitude.between(centre.latitude - north, centre.latitude + north),
    )
    statement = select(sites).where(or_(in_ring, another), sites.c.provenance == centre.provenance)
    if known_at is not None:
        statement = statement.where(sites.c.created_at <= known_at)
    rows = session.execute(statement).all()
    ring = [_seen_from_centre(row) for row in rows if row.centre_id is not None]
    others = [_seen_from(centre, row) for row in rows if row.centre_id is None]
    near = sorted(
        (place for place in others if place.distance_km <= FARTHEST_KM),
        key=lambda place: (place.distance_km, place.place_id),
    )
    return [*ring, *near[:MOST_OTHER_SITES]]


def inputs_known_now(session: Session, site_id: str) -> datetime:
    """Return a time at which what is known for a site's forecasts stays the same.

    As `known_now` of its observations: this waits for those who are writing.
    """
    ids = [site_id, *(place.place_id for place in neighbour_places(session, site_id))]
    rows = select(sites.c.site_id).where(sites.c.site_id.in_(ids)).order_by(sites.c.site_id)
    session.execute(rows.with_for_update(read=True))
    return database_now(session)


def _seen_from_centre(row: Row[Any]) -> NeighbourPlace:
    return NeighbourPlace(row.site_id, row.bearing_degrees, row.distance_km)


def _seen_from(centre: Row[Any], row: Row[Any]) -> NeighbourPlace:
    start = Position(centre.latitude, centre.longitude)
    distance, bearing = distance_and_bearing(start, Position(row.latitude, row.longitude))
    return NeighbourPlace(row.site_id, bearing, distance)

"""Reading sites and their rings, and what is written about them in passing.

Adding, pausing and removing them is `site_states`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.adapters.tables import sites
from shared.contracts.provenance import Provenance
from shared.contracts.sites import RingPoint, Site, SiteState
from shared.errors import ProvenanceConflict, SiteUnknown


def add_site(session: Session, site: Site) -> bool:
    """Add a site unless one of its id exists; say whether it is new."""
    statement = (
        insert(sites)
        .values(
            site_id=site.site_id,
            name=site.name,
            latitude=site.latitude,
            longitude=site.longitude,
            elevation=site.elevation,
            timezone=site.timezone,
            provenance=site.provenance,
        )
        .on_conflict_do_nothing()
        .returning(sites.c.site_id)
    )
    return session.execute(statement).one_or_none() is not None


def get_site(session: Session, site_id: str) -> Site:
    """Return a site; raises `SiteUnknown`."""
    row = session.execute(select(sites).where(sites.c.site_id == site_id)).one_or_none()
    if row is None:
        raise SiteUnknown(site_id)
    return _to_site(row)


def list_sites(
    session: Session, *, states: Iterable[SiteState] = (SiteState.ACTIVE, SiteState.PAUSED)
) -> list[Site]:
    """Return the sites in these states by id; the points of their rings are no sites."""
    statement = select(sites).where(sites.c.centre_id.is_(None), sites.c.state.in_(list(states)))
    return [_to_site(row) for row in session.execute(statement.order_by(sites.c.site_id))]


def list_ring(session: Session, centre_id: str) -> list[RingPoint]:
    """Return the points of a site's ring, by id."""
    statement = select(sites).where(sites.c.centre_id == centre_id).order_by(sites.c.site_id)
    return [
        RingPoint(_to_site(row), row.centre_id, row.bearing_degrees, row.distance_km)
        for row in session.execute(statement)
    ]


def keep_ring(session: Session, centre: Site, points: Sequence[RingPoint]) -> int:
    """Make a ring of these points: new and returning ones get the state of the centre.

    Points that belong to it no longer are set aside as removed, with all that was observed there.

    Returns
    -------
    int
        Number of points that were added, taken up again or set aside.
    """
    wanted = {ring_point.point.site_id for ring_point in points}
    kept = {
        ring_point.point.site_id: ring_point.point
        for ring_point in list_ring(session, centre.site_id)
    }
    gone = [
        point.site_id
        for point in kept.values()
        if point.site_id not in wanted and point.state is not SiteState.REMOVED
    ]
    back = [
        point.site_id
        for point in kept.values()
        if point.site_id in wanted and point.state is not centre.state
    ]
    new = [ring_point for ring_point in points if ring_point.point.site_id not in kept]
    for ids, state in ((gone, SiteState.REMOVED), (back, centre.state)):
        if ids:
            session.execute(update(sites).where(sites.c.site_id.in_(ids)).values(state=state))
    if new:
        rows = [_ring_row(ring_point, centre.state) for ring_point in new]
        session.execute(insert(sites).values(rows).on_conflict_do_nothing())
    return len(gone) + len(back) + len(new)


def claim_provenance(session: Session, site_id: str, provenance: Provenance) -> None:
    """Fix the provenance of a site's observations with the first of them.

    Raises
    ------
    ProvenanceConflict
        The site's observations have another provenance.
    SiteUnknown
        There is no such site.
    """
    # Whoever writes observations holds the row: writers of one place come one after the other.
    row = session.execute(
        select(sites.c.provenance).where(sites.c.site_id == site_id).with_for_update(key_share=True)
    ).one_or_none()
    if row is None:
        raise SiteUnknown(site_id)
    if row.provenance is None:
        claimed = update(sites).where(sites.c.site_id == site_id).values(provenance=provenance)
        session.execute(claimed)
    elif row.provenance != provenance:
        raise ProvenanceConflict(site_id, existing=row.provenance, offered=provenance)


def _ring_row(ring_point: RingPoint, state: SiteState) -> dict[str, Any]:
    point = ring_point.point
    return {
        "site_id": point.site_id,
        "name": point.name,
        "latitude": point.latitude,
        "longitude": point.longitude,
        "elevation": point.elevation,
        "timezone": point.timezone,
        "state": state,
        "centre_id": ring_point.centre_id,
        "bearing_degrees": ring_point.bearing_degrees,
        "distance_km": ring_point.distance_km,
    }


def _to_site(row: Row[Any]) -> Site:
    return Site(
        site_id=row.site_id,
        name=row.name,
        latitude=row.latitude,
        longitude=row.longitude,
        elevation=row.elevation,
        timezone=row.timezone,
        provenance=Provenance(row.provenance) if row.provenance else None,
        state=SiteState(row.state),
    )

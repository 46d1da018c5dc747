"""Keeps a ring of points around each site, as the settings say it."""

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from collector.ring import RingShape, ring_around
from shared.adapters.sites import get_site, keep_ring
from shared.contracts.provenance import Provenance
from shared.errors import ClimateError

log = structlog.get_logger()


def ensure_ring(session: Session, site_id: str, shape: RingShape) -> None:
    """Make the ring of a site what the settings say; called before its collection is planned.

    Nothing changes for a ring that is as it should be. After a change of the settings, new points
    are added and those no longer wanted are set aside with their observations; should the settings
    return, so do they. An imported site has no ring: there is nothing to collect it from.

    A site around which no ring can be drawn is collected without one.
    """
    try:
        with session.begin_nested():
            site = get_site(session, site_id)
            has_ring = site.provenance is not Provenance.IMPORTED
            n_changed = keep_ring(session, site, ring_around(site, shape) if has_ring else [])
    except (ClimateError, SQLAlchemyError, ValueError) as error:
        log.warning("no ring can be drawn", site_id=site_id, error=str(error))
        return
    if n_changed:
        log.info("ring changed", site_id=site_id, points_changed=n_changed)

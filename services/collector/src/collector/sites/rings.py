"""Keeps a ring of points around each site, as the settings say it."""

from collections.abc import Iterable

import structlog
from sqlalchemy.orm import Session

from collector.ring import RingShape, ring_around
from shared.adapters.sites import keep_ring
from shared.contracts.provenance import Provenance
from shared.contracts.sites import Site

log = structlog.get_logger()


def ensure_rings(session: Session, sites: Iterable[Site], shape: RingShape) -> None:
    """Make the ring of each site what the settings say; called before a site's work is planned.

    Nothing changes for a ring that is as it should be. After a change of the settings, new points
    are added and those no longer wanted are set aside with their observations; should the settings
    return, so do they. An imported site has no ring: there is nothing to collect it from.
    """
    for site in sites:
        has_ring = site.provenance is not Provenance.IMPORTED
        n_changed = keep_ring(session, site, ring_around(site, shape) if has_ring else [])
        if n_changed:
            log.info("ring changed", site_id=site.site_id, points_changed=n_changed)

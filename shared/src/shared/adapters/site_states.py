"""Adding, pausing, resuming and removing sites; a ring always shares the fate of its centre.

    (asked for) ──add──> active ──pause──> paused
                        ^  │ ^               │ │
                        │  │ └────resume─────┘ │
                        │  └──────remove───────┴──> removed (nothing is deleted)
                        └─────────add, at the same place──┘

Unfinished work of a site that leaves `active` is cancelled, and taken up again when it comes back.
"""

from typing import NamedTuple

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from shared.adapters.ledger import cancel_jobs, take_up_cancelled
from shared.adapters.sites import add_site, claim_provenance, get_site, list_sites
from shared.adapters.tables import sites
from shared.contracts.sites import Site, SiteState
from shared.errors import SiteRefused, SiteUnknown


class Added(NamedTuple):
    """A site as it is now kept, and whether it had been there before."""

    site: Site
    is_back: bool


class Changed(NamedTuple):
    """A site in its new state, and how many jobs were cancelled or taken up again."""

    site: Site
    n_jobs: int


def register_site(session: Session, site: Site) -> Added:
    """Add a site; one that was removed comes back with all that was kept of it.

    Raises
    ------
    SiteRefused
        Its id or its place is taken, or it was removed and lay elsewhere.
    ProvenanceConflict
        It was removed, and its observations come from elsewhere.
    """
    # Two people may add the same place under two names at once.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("sites"))))
    for other in list_sites(session):
        if other.site_id != site.site_id and other.is_at_the_place_of(site):
            raise SiteRefused(
                f"{other.site_id!r} is at that place already ({_place(other)}): use that site, or "
                "remove it first."
            )
    if add_site(session, site):
        return Added(get_site(session, site.site_id), is_back=False)
    kept = _lock(session, site.site_id)
    if kept.state is not SiteState.REMOVED:
        raise SiteRefused(
            f"There is a site {kept.site_id!r} already ({kept.name}, {_place(kept)}): "
            "give the new one another id with --id."
        )
    if not kept.is_at_the_place_of(site):
        raise SiteRefused(
            f"A site {kept.site_id!r} was removed, and it lay elsewhere ({_place(kept)}); its "
            "observations are kept. Give the new one another id with --id."
        )
    if site.provenance is not None:
        claim_provenance(session, kept.site_id, site.provenance)
    return Added(_enter(session, kept, SiteState.ACTIVE).site, is_back=True)


def pause_site(session: Session, site_id: str) -> Changed:
    """Stop collecting and training a site; it is shown and served on, growing stale.

    Raises
    ------
    SiteUnknown, SiteRefused
        There is no such site, or it is a ring point or removed.
    """
    return _enter(session, lock_site(session, site_id), SiteState.PAUSED)


def resume_site(session: Session, site_id: str) -> Changed:
    """Collect and train a paused site again; raises like `pause_site`."""
    return _enter(session, lock_site(session, site_id), SiteState.ACTIVE)


def remove_site(session: Session, site_id: str) -> Changed:
    """Take a site out of every list; all that was observed and forecast is kept.

    Raises
    ------
    SiteUnknown, SiteRefused
        There is no such site, or it is a ring point.
    """
    return _enter(session, _lock(session, site_id), SiteState.REMOVED)


def lock_site(session: Session, site_id: str) -> Site:
    """Return a site that is not removed, and that nobody else changes until the transaction ends.

    Raises
    ------
    SiteUnknown, SiteRefused
        There is no such site, or it is a ring point or removed.
    """
    site = _lock(session, site_id)
    if site.state is SiteState.REMOVED:
        raise SiteRefused(
            f"The site {site_id!r} was removed; `climate sites add` with its name and place "
            "takes it up again."
        )
    return site


def _lock(session: Session, site_id: str) -> Site:
    """Return a site that nobody else changes until the transaction ends."""
    row = session.execute(
        select(sites.c.centre_id).where(sites.c.site_id == site_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise SiteUnknown(site_id)
    if row.centre_id is not None:
        raise SiteRefused(
            f"{site_id!r} is a point of the ring of {row.centre_id!r}, and shares its state; "
            "CLIMATE_RING_POINTS says which points there are."
        )
    return get_site(session, site_id)


def _enter(session: Session, site: Site, state: SiteState) -> Changed:
    """Put a site and its ring into a state, its work with them."""
    if site.state is state:
        return Changed(site, 0)
    # Points set aside earlier may come back with a removed site: the collector makes each ring what
    # its settings say before it collects.
    together = (sites.c.centre_id == site.site_id) & (sites.c.state == site.state)
    session.execute(
        update(sites).where(or_(sites.c.site_id == site.site_id, together)).values(state=state)
    )
    work = take_up_cancelled if state is SiteState.ACTIVE else cancel_jobs
    return Changed(get_site(session, site.site_id), work(session, site.site_id))


def _place(site: Site) -> str:
    return f"{site.latitude:.4f}, {site.longitude:.4f}"

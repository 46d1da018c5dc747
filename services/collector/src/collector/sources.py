"""Which source a site is collected from: that of its provenance, for good."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import structlog
from sqlalchemy import func, select

from collector.ports import ObservationSource
from shared.adapters.database import SessionFactory
from shared.adapters.tables import sites
from shared.contracts.provenance import Provenance, Source
from shared.contracts.sites import Site
from shared.errors import ConfigurationError, ProvenanceConflict

log = structlog.get_logger()

_COLLECTED = (Provenance.OPEN_METEO, Provenance.SIMULATED)


def chosen_so_far(sessions: SessionFactory) -> Provenance | None:
    """Return where most sites are collected from; None where none has been collected yet."""
    provenance = sites.c.provenance
    query = (
        select(provenance)
        .where(provenance.in_(_COLLECTED))
        .group_by(provenance)
        .order_by(func.count().desc(), provenance)
        .limit(1)
    )
    with sessions.begin() as session:
        found = session.execute(query).scalar()
    return None if found is None else Provenance(found)


@dataclass(frozen=True)
class Sources:
    """The sources there are, and which one is chosen for a site that has none yet.

    Attributes
    ----------
    known : mapping of Provenance to ObservationSource
        Whom to ask for observations of which provenance.
    choice : Source
        Decides for sites that have no provenance yet.
    most_weight : float
        What is asked for in one go weighs no more than so many calls: small enough for the budget
        to have room for all of it, since half of it would be fetched for nothing.
    chosen_so_far : function
        Where the sites there are come from; `auto` stays with it.
    """

    known: Mapping[Provenance, ObservationSource]
    choice: Source
    most_weight: float = 270.0
    chosen_so_far: Callable[[], Provenance | None] = lambda: None

    def provenance_of(self, site: Site) -> Provenance:
        """Return the provenance of a site's observations, chosen now if it has none.

        Raises
        ------
        ProvenanceConflict, ConfigurationError
            The site cannot be collected as things are set.
        """
        provenance = site.provenance or self._choose(site)
        self.source_of(site, provenance)
        return provenance

    def source_of(self, site: Site, provenance: Provenance) -> ObservationSource:
        """Return whom to ask for a site; raises like `provenance_of`."""
        if provenance is Provenance.IMPORTED:
            raise ProvenanceConflict(site.site_id, existing=provenance, offered="collected")
        source = self.known.get(provenance)
        if source is None:
            message = (
                f"The observations of {site.site_id!r} are {provenance}, but no such source is "
                "known: set CLIMATE_SIMULATOR_URL to a running simulator."
            )
            raise ConfigurationError(message)
        return source

    def _choose(self, site: Site) -> Provenance:
        if self.choice is Source.NONE:
            message = f"CLIMATE_SOURCE is none: give {site.site_id!r} data by `climate import`."
            raise ConfigurationError(message)
        if self.choice is not Source.AUTO:
            return Provenance(self.choice)
        return self.chosen_so_far() or self._whoever_answers

    @cached_property
    def _whoever_answers(self) -> Provenance:
        """What `auto` comes to where no site is collected yet: found out once a process."""
        if self.known[Provenance.OPEN_METEO].answers():
            return Provenance.OPEN_METEO
        log.warning(
            "OPEN-METEO DOES NOT ANSWER: NEW SITES GET SIMULATED WEATHER, FOR GOOD",
            remedy="for real weather, start with another CLIMATE_HOME when Open-Meteo answers",
        )
        return Provenance.SIMULATED

"""Which source a site is collected from: that of its provenance, for good."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from collector.ports import ObservationSource
from shared.contracts.provenance import Provenance, Source
from shared.contracts.sites import Site
from shared.errors import ConfigurationError, ProvenanceConflict

log = structlog.get_logger()


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
    """

    known: Mapping[Provenance, ObservationSource]
    choice: Source
    most_weight: float = 270.0

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
        if self.source_of(site, Provenance.OPEN_METEO).answers():
            return Provenance.OPEN_METEO
        log.warning(
            "OPEN-METEO DOES NOT ANSWER: THIS SITE GETS SIMULATED WEATHER, FOR GOOD",
            site_id=site.site_id,
            remedy="for real weather, start with another CLIMATE_HOME when Open-Meteo answers",
        )
        return Provenance.SIMULATED

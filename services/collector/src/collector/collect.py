"""The use case: the days of a site up to a logical date, from its source into the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import structlog
from sqlalchemy.orm import Session

from collector.errors import SourceUnavailable
from collector.ports import Days, DaysRequest, ObservationSource, days_of
from collector.store import store_days
from shared.adapters.database import SessionFactory
from shared.adapters.ledger import Job
from shared.adapters.observations import last_observed_date
from shared.adapters.runner import Effect, no_effect
from shared.adapters.sites import get_site
from shared.contracts.provenance import Provenance, Source
from shared.contracts.sites import Site
from shared.errors import ConfigurationError, ProvenanceConflict

log = structlog.get_logger()

# Days a source may still revise, and so asked for again: Open-Meteo's archive starts with short
# forecasts, and ERA5 replaces them about five days later. The simulator never changes its mind.
PROVISIONAL = {
    Provenance.OPEN_METEO: timedelta(days=10),
    Provenance.SIMULATED: timedelta(days=0),
}


@dataclass(frozen=True)
class Collector:
    """Collects sites from the sources there are.

    Attributes
    ----------
    sessions : SessionFactory
        Transactions on the system's database.
    sources : mapping of Provenance to ObservationSource
        Whom to ask for observations of which provenance.
    source : Source
        Decides for sites that have no provenance yet.
    backfill_start : date
        First day of a site that is collected anew.
    """

    sessions: SessionFactory
    sources: Mapping[Provenance, ObservationSource]
    source: Source
    backfill_start: date

    def collect(self, job: Job) -> Effect:
        """Fetch what is missing or may have been revised, up to the job's logical date.

        Raises
        ------
        SourceUnavailable, SourceRefused
            The source gives nothing usable.
        ProvenanceConflict, ConfigurationError
            The site cannot be collected as things are set.
        """
        with self.sessions.begin() as session:
            site = get_site(session, job.site_id)
            known_until = last_observed_date(session, job.site_id)
        if known_until is not None and known_until > job.logical_date:
            return no_effect  # a later collection was done first, and healed this gap
        provenance = site.provenance or self._choose(site)
        first = self._first_date(known_until, provenance, job.logical_date)
        job.report(f"asking {provenance} for {first} to {job.logical_date}")
        request = DaysRequest((site,), first, job.logical_date)
        answer = self._source(site, provenance).fetch(request)[site.site_id]
        if answer.history is None:
            raise answer.problem or SourceUnavailable("The source left this place out.")
        days = days_of(answer.history)
        return partial(_store, job=job, days=days, provenance=provenance)

    def _choose(self, site: Site) -> Provenance:
        """Choose the provenance of a site that has none, for good."""
        if self.source is Source.NONE:
            message = f"CLIMATE_SOURCE is none: give {site.site_id!r} data by `climate import`."
            raise ConfigurationError(message)
        if self.source is not Source.AUTO:
            return Provenance(self.source)
        if self._source(site, Provenance.OPEN_METEO).answers():
            return Provenance.OPEN_METEO
        log.warning(
            "OPEN-METEO DOES NOT ANSWER: THIS SITE GETS SIMULATED WEATHER, FOR GOOD",
            site_id=site.site_id,
            remedy="for real weather, start with another CLIMATE_HOME when Open-Meteo answers",
        )
        return Provenance.SIMULATED

    def _source(self, site: Site, provenance: Provenance) -> ObservationSource:
        if provenance is Provenance.IMPORTED:
            raise ProvenanceConflict(site.site_id, existing=provenance, offered="collected")
        source = self.sources.get(provenance)
        if source is None:
            message = (
                f"The observations of {site.site_id!r} are {provenance}, but no such source is "
                "known: set CLIMATE_SIMULATOR_URL to a running simulator."
            )
            raise ConfigurationError(message)
        return source

    def _first_date(self, known_until: date | None, provenance: Provenance, last: date) -> date:
        if known_until is None:
            return min(self.backfill_start, last)
        return known_until - PROVISIONAL[provenance]


def _store(session: Session, *, job: Job, days: Days, provenance: Provenance) -> None:
    changed = store_days(
        session,
        job.site_id,
        days,
        provenance=provenance,
        final_until=job.logical_date - PROVISIONAL[provenance],
        correlation_id=job.correlation_id,
    )
    log.info("observations stored", days_fetched=len(days), days_changed=len(changed))

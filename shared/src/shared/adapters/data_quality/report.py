"""All that is known of the data's quality, site by site, read in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from shared.adapters.data_quality.asked import Expected
from shared.adapters.data_quality.collecting import Collection, collections
from shared.adapters.data_quality.coverage import Coverage, Month, coverage, months
from shared.adapters.data_quality.gaps import Gaps, gaps
from shared.adapters.data_quality.held import Findings, findings
from shared.adapters.data_quality.helpers import (
    GuidanceCoverage,
    RingCoverage,
    guidance_coverage,
    ring_coverage,
)
from shared.adapters.data_quality.sources import SourceHealth, source_health


@dataclass(frozen=True)
class SiteQuality:
    """How good the data of a site is.

    Attributes
    ----------
    coverage : Coverage or None
        None before the first observation.
    months : sequence of Month
        Empty where it was not asked for.
    collections : sequence of Collection
        The newest of each kind, newest first.
    ring, guidance : None where there is none
    """

    coverage: Coverage | None = None
    months: Sequence[Month] = ()
    gaps: Gaps = field(default_factory=Gaps)
    findings: Findings = field(default_factory=Findings)
    collections: Sequence[Collection] = ()
    ring: RingCoverage | None = None
    guidance: GuidanceCoverage | None = None


@dataclass(frozen=True)
class DataQuality:
    """How good the data of some sites is, and how the sources have answered lately."""

    sites: Mapping[str, SiteQuality]
    sources: Sequence[SourceHealth]


def data_quality(session: Session, expected: Expected, *, by_month: bool = False) -> DataQuality:
    """Return how good the data of the sites asked for is; one query a question.

    Parameters
    ----------
    expected : mapping of site id to date
        The sites, each with the newest day that should have been observed by now.
    by_month : bool
        Whether to tell the coverage month by month, too.
    """
    site_ids = list(expected)
    covered = coverage(session, expected)
    calendars = months(session, expected) if by_month else {}
    missing = gaps(session, expected)
    found = findings(session, site_ids)
    collected = collections(session, site_ids)
    rings = ring_coverage(session, expected)
    guided = guidance_coverage(session, expected)
    return DataQuality(
        sites={
            site_id: SiteQuality(
                coverage=covered.get(site_id),
                months=calendars.get(site_id, ()),
                gaps=missing.get(site_id, Gaps()),
                findings=found.get(site_id, Findings()),
                collections=collected.get(site_id, ()),
                ring=rings.get(site_id),
                guidance=guided.get(site_id),
            )
            for site_id in site_ids
        },
        sources=source_health(session),
    )

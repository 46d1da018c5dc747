"""From what the database knows of a site's data to its part of the answer."""

from collections.abc import Sequence
from datetime import UTC, datetime

from api.answers.quality import (
    CollectionAnswer,
    CompletenessAnswer,
    FindingCountAnswer,
    FreshnessAnswer,
    GapsAnswer,
    GuidanceAnswer,
    HeldValueAnswer,
    MonthAnswer,
    QuarantineAnswer,
    RingAnswer,
    SiteQualityAnswer,
    WindowAnswer,
)
from shared.adapters.data_quality.collecting import Collection
from shared.adapters.data_quality.coverage import Coverage, Month, Window
from shared.adapters.data_quality.held import Findings
from shared.adapters.data_quality.report import SiteQuality
from shared.adapters.ledger import UNFINISHED
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance
from shared.contracts.schedule import complete_date, expected_date, next_collection_at
from shared.contracts.sites import Site, SiteState

_DECIMALS = 4  # of a share: a day of ten years still shows


def site_quality_answer(site: Site, quality: SiteQuality, now: datetime) -> SiteQualityAnswer:
    """Return how good the data of a site is; `months` are told where they are known."""
    covered = quality.coverage
    return SiteQualityAnswer(
        site=site.site_id,
        name=site.name,
        state=site.state,
        provenance=site.provenance,
        first_date=covered.first_date if covered else None,
        variables=list(covered.variables) if covered else [],
        freshness=_freshness(site, covered, now),
        completeness=_completeness(covered) if covered else None,
        months=[_month(month, covered) for month in quality.months] if covered else [],
        gaps=GapsAnswer.model_validate(quality.gaps),
        quarantine=_quarantine(quality.findings),
        collections=[CollectionAnswer.model_validate(one) for one in quality.collections],
        next_collection_at=_next_collection(site, quality.collections, now),
        ring=RingAnswer.model_validate(quality.ring) if quality.ring else None,
        guidance=GuidanceAnswer.model_validate(quality.guidance) if quality.guidance else None,
    )


def _freshness(site: Site, covered: Coverage | None, now: datetime) -> FreshnessAnswer:
    expected = expected_date(now, site.timezone)
    last = covered.last_date if covered else None
    stale_days = max((expected - last).days, 0) if last else None
    return FreshnessAnswer(
        last_date=last,
        expected_date=expected,
        age_days=(now.astimezone(UTC).date() - last).days if last else None,
        stale_days=stale_days,
        stale=stale_days != 0,
    )


def _completeness(covered: Coverage) -> CompletenessAnswer:
    return CompletenessAnswer(
        last_30_days=_window(covered.windows[30], covered),
        last_365_days=_window(covered.windows[365], covered),
        since_first_day=_window(covered.windows[None], covered),
    )


def _window(window: Window, covered: Coverage) -> WindowAnswer:
    return WindowAnswer(
        days=window.days,
        observed_days=window.observed_days,
        final_days=window.observed_days - window.provisional_days,
        provisional_days=window.provisional_days,
        completeness=round(window.completeness(covered.variables), _DECIMALS),
        shares={v: round(window.shares[v], _DECIMALS) for v in covered.variables},
    )


def _month(month: Month, covered: Coverage) -> MonthAnswer:
    return MonthAnswer(
        month=f"{month.month:%Y-%m}",
        days=month.window.days,
        observed_days=month.window.observed_days,
        completeness=round(month.window.completeness(covered.variables), _DECIMALS),
    )


def _quarantine(findings: Findings) -> QuarantineAnswer:
    return QuarantineAnswer(
        held=findings.total("held"),
        flagged=findings.total("flagged"),
        by_check=[FindingCountAnswer.model_validate(one) for one in findings.counts],
        newest_held=[HeldValueAnswer.model_validate(one) for one in findings.newest],
    )


def _next_collection(
    site: Site, collections: Sequence[Collection], now: datetime
) -> datetime | None:
    """Return when the next collection is due: one that waits, is missing, or of the next day."""
    if site.state is not SiteState.ACTIVE or site.provenance is Provenance.IMPORTED:
        return None
    newest = next((one for one in collections if one.kind is JobKind.COLLECT), None)
    if newest is None or newest.logical_date < complete_date(now, site.timezone):
        return now
    if newest.state in UNFINISHED:
        return newest.not_before
    return next_collection_at(now, site.timezone)

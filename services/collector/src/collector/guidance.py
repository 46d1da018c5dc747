"""The use case of guidance: what weather models forecast for a site, by reference date.

The newest reference dates are asked for every day; what is missing before them, back to the first
the source has, comes in the same way. Only sites have guidance: nobody forecasts the ring.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from collector.errands import DAYS_IN_A_CALL, Errand, run_errands
from collector.errors import SourceRefused
from collector.neighbourhood import load_neighbourhood
from collector.ports import DaysRequest, GuidanceAnswer
from collector.quality import is_possible
from collector.sources import Sources
from shared.adapters.database import SessionFactory
from shared.adapters.guidance import store_guidance
from shared.adapters.ledger import Job, plan_job
from shared.adapters.runner import Effect, Result
from shared.adapters.tables import guidance
from shared.contracts.jobs import JobKind
from shared.contracts.provenance import Provenance
from shared.forecasting.inputs.guidance import Guidance

Days = tuple[date, date]

log = structlog.get_logger()

#: Open-Meteo keeps its previous runs since January 2024.
FIRST_REFERENCE_DATE = date(2024, 1, 19)
# Asked for again daily: a model's run may come late.
_ASKED_DAILY = timedelta(days=2)
# What a forecast needs, asked for first; the rest is for training, and can wait.
_RECENT = timedelta(days=14)
# Three hourly quantities of seven leads are 21 series, of which ten count as one.
_WEIGHT_OF_A_CALL = 2.1
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class GuidanceCollector:
    """Collects guidance; attributes as of `Collector`."""

    sessions: SessionFactory
    sources: Sources

    def collect(self, jobs: Sequence[Job]) -> Iterator[Result]:
        """Fetch the guidance of the jobs' sites up to their logical dates."""
        yield from run_errands(
            jobs,
            most_weight=self.sources.most_weight,
            errand_of=self._errand,
            ask=self._ask,
            effect_of=self._effect,
        )

    def _errand(self, job: Job) -> Errand | None:
        found = load_neighbourhood(self.sessions, job.site_id)
        if not found.is_active:
            return None
        provenance = self.sources.provenance_of(found.site)
        with self.sessions.begin() as session:
            unknown = unknown_reference_dates(session, job.site_id, job.logical_date)
        most_days = int(self.sources.most_weight / _WEIGHT_OF_A_CALL) * DAYS_IN_A_CALL
        first, last = (
            _newest_days(job, unknown) if job.run == 0 else _days_before(job, unknown, most_days)
        )
        if first is None or last is None:
            return None
        job.report(f"asking {provenance} for the guidance of {first} to {last}")
        return Errand(job, provenance, (found.site,), first, last, can_wait=job.run > 0)

    def _ask(self, provenance: Provenance, request: DaysRequest) -> Mapping[str, GuidanceAnswer]:
        return self.sources.known[provenance].guidance(request)

    def _effect(self, errand: Errand, answers: Mapping[str, GuidanceAnswer]) -> Effect:
        answer = answers[errand.job.site_id]
        if answer.guidance is None:
            raise answer.problem or SourceRefused("The source's answer lacks the site asked for.")
        return partial(_store, errand=errand, offered=answer.guidance)


def unknown_reference_dates(session: Session, site_id: str, newest: date) -> list[date]:
    """Return the reference dates up to the newest that were never asked for, sorted."""
    asked = select(guidance.c.reference_date).where(guidance.c.site_id == site_id).distinct()
    known = set(session.execute(asked).scalars())
    n_days = max((newest - FIRST_REFERENCE_DATE).days, 0) + 1
    wanted = (newest - timedelta(days=n) for n in reversed(range(n_days)))
    return [day for day in wanted if day not in known]


def _newest_days(job: Job, unknown: Sequence[date]) -> Days:
    """Return the first stretch to ask for: what a forecast of today needs."""
    first = job.logical_date - _ASKED_DAILY + _A_DAY
    return min([first, *(day for day in unknown if _is_recent(day, job))]), job.logical_date


def _days_before(job: Job, unknown: Sequence[date], most_days: int) -> Days | tuple[None, None]:
    """Return the newest stretch of those that only training needs, if there are any."""
    older = [day for day in unknown if not _is_recent(day, job)]
    if not older:
        return None, None
    last = older[-1]
    return next(day for day in older if (last - day).days < max(most_days, 1)), last


def _is_recent(day: date, job: Job) -> bool:
    return day > job.logical_date - _RECENT


def _store(session: Session, *, errand: Errand, offered: Guidance) -> None:
    job = errand.job
    changed = store_guidance(session, job.site_id, possible(offered))
    log.info("guidance stored", reference_dates_changed=len(changed))
    unknown = unknown_reference_dates(session, job.site_id, job.logical_date)
    if unknown and unknown[0] < errand.first:
        plan_job(
            session,
            kind=JobKind.GUIDANCE,
            site_id=job.site_id,
            logical_date=job.logical_date,
            run=job.run + 1,
            parent=job,
        )


def possible(offered: Guidance) -> Guidance:
    """Return guidance without what cannot be weather: a forecast is never put in quarantine."""
    values = {
        variable: np.where(is_possible(variable, table), table, np.nan)
        for variable, table in offered.values.items()
    }
    return Guidance(offered.first_date, values)

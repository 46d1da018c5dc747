"""The use case: look at the champions of a site, and do what follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from registry_gate.review.gathering import COOL_DOWN, Background, Gathered, gather, past_reviews
from registry_gate.review.verdict import ReviewOutcome, Verdict, judge
from registry_gate.rollback import roll_back
from shared.adapters.chain import lock_ledger
from shared.adapters.database import SessionFactory
from shared.adapters.inputs import load_inputs
from shared.adapters.ledger import Job
from shared.adapters.outbox import record_event
from shared.adapters.promotions import current_champions, lines_of_champions
from shared.adapters.runner import Effect
from shared.adapters.verification_tables import reviews
from shared.contracts.events import DriftDetected, RetrainingRequested
from shared.errors import NotEnoughData
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import FORECAST_VARIABLES, Variable

ASKED_BY = "review"
# Enough for a climatology, and for a year of what is usual.
_KNOWN_DAYS = 1200

log = structlog.get_logger()


@dataclass(frozen=True)
class Reviewer:
    """Reviews champions.

    Attributes
    ----------
    sessions : SessionFactory
        Transactions on the system's database.
    cool_down : timedelta
        For so long after a rollback there is no other.
    """

    sessions: SessionFactory
    cool_down: timedelta = COOL_DOWN

    def review(self, job: Job) -> Effect:
        """Gather the evidence about a site's champions; the effect does what follows from it."""
        with self.sessions.begin() as session:
            background = Background(
                job.logical_date,
                _known(session, job.site_id, job.logical_date),
                past_reviews(session, job.site_id, job.logical_date),
                current_champions(session, job.site_id),
                lines_of_champions(session, job.site_id),
                self.cool_down,
            )
            found = [
                gather(session, job.site_id, variable, background)
                for variable in FORECAST_VARIABLES
            ]
        gathered = [one for one in found if one is not None]
        return lambda session: conclude(session, job, gathered)


def conclude(session: Session, job: Job, gathered: Sequence[Gathered]) -> None:
    """Write the reviews, and what follows: roll-backs, one request to train, news of drift."""
    lock_ledger(session)  # no other decision comes between looking and acting
    champions = current_champions(session, job.site_id)
    to_train: dict[Variable, str] = {}
    for one in gathered:
        champion = champions.get(one.variable)
        if champion is None or champion.epoch != one.epoch:
            continue  # what was found is about a champion that is none any more
        verdict = judge(one.evidence)
        news = sorted(set(one.evidence.shifts) - one.told)
        if not _write(session, job, one, verdict, news):
            continue  # reviewed before
        _tell_drift(session, job, one, news)
        if verdict.outcome is ReviewOutcome.RETRAIN:
            to_train[one.variable] = verdict.reason
        if verdict.outcome is ReviewOutcome.ROLL_BACK:
            _take_back(session, job, one, verdict)
    if to_train:
        _ask_for_training(session, job, to_train)


def _known(session: Session, site_id: str, review_date: date) -> ForecastInputs | None:
    since = review_date - timedelta(days=_KNOWN_DAYS)
    try:
        return load_inputs(session, site_id, since=since).until(review_date)
    except NotEnoughData:
        return None


def _write(
    session: Session, job: Job, one: Gathered, verdict: Verdict, news: Sequence[str]
) -> bool:
    """Write a review; say whether it is the first of its day."""
    row = {
        "site_id": job.site_id,
        "variable": one.variable,
        "review_date": job.logical_date,
        "candidate_id": one.candidate_id,
        "epoch": one.epoch,
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "evidence": {**one.evidence.as_json(), "told": list(news)},
    }
    statement = insert(reviews).values(row).on_conflict_do_nothing().returning(reviews.c.review_id)
    return session.execute(statement).one_or_none() is not None


def _tell_drift(session: Session, job: Job, one: Gathered, news: Sequence[str]) -> None:
    for name in news:
        shift = one.evidence.shifts[name]
        drift = DriftDetected(
            site_id=job.site_id,
            variable=one.variable,
            of="observations" if name == "observations" else "errors",
            since=job.logical_date - timedelta(days=shift.days - 1),
            days=shift.days,
            effect_size=round(shift.effect_size, 3),
            reason=shift.sentence(name),
        )
        record_event(session, drift, correlation_id=job.correlation_id)


def _take_back(session: Session, job: Job, one: Gathered, verdict: Verdict) -> None:
    roll_back(
        session,
        job.site_id,
        one.variable,
        asked_by=ASKED_BY,
        reason=verdict.reason,
        evidence=one.evidence.as_json(),
        job=job,
    )
    log.warning("champion taken back", variable=one.variable, reason=verdict.reason)


def _ask_for_training(session: Session, job: Job, reasons: dict[Variable, str]) -> None:
    request = RetrainingRequested(
        site_id=job.site_id,
        variables=tuple(reasons),
        asked_by=ASKED_BY,
        reason=" ".join(f"{variable}: {reason}" for variable, reason in reasons.items()),
    )
    record_event(session, request, correlation_id=job.correlation_id)

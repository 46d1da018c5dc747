"""What is due: trainings of sites with enough data, and selections whose families have ended.

Both follow from rows alone, so a lost message, a missed day or a dead family heals on the next
tick.
"""

import functools
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from shared.adapters.database import database_now
from shared.adapters.deliveries import Handlers
from shared.adapters.ledger import UNFINISHED, Job, get_job, plan_job, request_job
from shared.adapters.tables import candidates, jobs, observations, sites
from shared.contracts.events import Event, EventType
from shared.contracts.jobs import FIT_KINDS, JobKind
from shared.contracts.sites import SiteState

#: Observed days a site needs before it is trained: a yearly course and a little to test on.
FEWEST_DAYS = 400


def plan_due_trainings(session: Session, *, retrain_every: timedelta) -> list[str]:
    """Plan the training of every site that is due; return their ids.

    An active site is due when it has `FEWEST_DAYS` of observations and its last training was
    planned `retrain_every` ago or never. A training that came to nothing does not count: the next
    one is planned on the day after.
    """
    now = database_now(session)
    chain = jobs.alias("chain")
    at_work = select(chain.c.job_id).where(
        chain.c.correlation_id == jobs.c.correlation_id, chain.c.state.in_(UNFINISHED)
    )
    registered = select(candidates.c.candidate_id).where(candidates.c.training_id == jobs.c.job_id)
    recent = select(jobs.c.job_id).where(
        jobs.c.kind == JobKind.TRAIN,
        jobs.c.site_id == sites.c.site_id,
        jobs.c.created_at > now - retrain_every,
        or_(at_work.exists(), registered.exists()),
    )
    due = session.execute(
        select(sites.c.site_id)
        .where(sites.c.centre_id.is_(None), sites.c.state == SiteState.ACTIVE, ~recent.exists())
        .order_by(sites.c.site_id)
    ).scalars()
    return [site_id for site_id in due if _plan_training(session, site_id, now.date())]


def plan_requested_training(session: Session, event: Event) -> None:
    """Plan the training an event asks for, before the site's turn; one at work is joined.

    A site that is paused or gone is left alone.
    """
    request = event.fact()
    state = select(sites.c.state).where(sites.c.site_id == request.site_id)
    if session.execute(state).scalar_one_or_none() == SiteState.ACTIVE:
        request_job(
            session,
            kind=JobKind.TRAIN,
            site_id=request.site_id,
            logical_date=database_now(session).date(),
        )


def plan_ready_selections(session: Session, *, finishing: UUID | None = None) -> None:
    """Plan the selection of every training whose families have all ended, done or dead.

    Parameters
    ----------
    finishing : UUID, optional
        A fit job that ends in this very transaction.
    """
    for training_id in session.execute(_ready(), {"finishing": finishing}).scalars():
        plan_part(session, JobKind.SELECT, get_job(session, training_id))


@functools.cache
def _ready() -> Select[Any]:
    """Return the query, made once: making it takes longer than answering it."""
    finishing = bindparam("finishing", type_=jobs.c.job_id.type)
    fits, selections = aliased(jobs), aliased(jobs)
    siblings = select(fits.c.job_id).where(
        fits.c.parent_id == jobs.c.job_id, fits.c.kind.in_(FIT_KINDS.values())
    )
    selected = select(selections.c.job_id).where(
        selections.c.parent_id == jobs.c.job_id, selections.c.kind == JobKind.SELECT
    )
    at_work = siblings.where(
        fits.c.state.in_(UNFINISHED), fits.c.job_id.is_distinct_from(finishing)
    )
    ended_well = siblings.where((fits.c.state == "done") | (fits.c.job_id == finishing))
    return select(jobs.c.job_id).where(
        jobs.c.kind == JobKind.TRAIN,
        jobs.c.state == "done",
        ended_well.exists(),
        ~at_work.exists(),
        ~selected.exists(),
    )


#: What an event asks of the trainer beyond a look at what is due.
HANDLERS: Handlers = {EventType.RETRAINING_REQUESTED: plan_requested_training}


def plan_part(
    session: Session,
    kind: JobKind,
    training: Job,
    *,
    part: str = "",
    parameters: Mapping[str, object] | None = None,
) -> None:
    """Plan a job that is part of a training."""
    plan_job(
        session,
        kind=kind,
        site_id=training.site_id,
        logical_date=training.logical_date,
        run=training.run,
        part=part,
        parent=training,
        parameters=parameters,
    )


def plan_help(session: Session, fit: Job) -> None:
    """Plan that another trainer joins the tuning of a fit; it belongs to the same training."""
    if fit.parent_id is None:
        return
    plan_part(
        session,
        JobKind.TUNE,
        get_job(session, fit.parent_id),
        part=f"{fit.kind}/{fit.part}",
        parameters={**fit.parameters, "fit": fit.kind, "part": fit.part},
    )


def _plan_training(session: Session, site_id: str, today: date) -> bool:
    observed = (
        select(observations.c.valid_date)
        .where(observations.c.site_id == site_id)
        .distinct()
        .limit(FEWEST_DAYS)
        .subquery()
    )
    n_days = session.execute(select(func.count()).select_from(observed)).scalar_one()
    if n_days < FEWEST_DAYS:
        return False
    planned = plan_job(session, kind=JobKind.TRAIN, site_id=site_id, logical_date=today)
    return planned is not None

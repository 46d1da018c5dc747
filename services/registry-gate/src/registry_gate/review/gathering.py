"""Gathers the evidence about a champion from what was verified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from registry_gate.review.comparing import WINDOW_DAYS, Standing, is_silent, stand, usual_loss
from registry_gate.review.shift import Shift, find_shift, shift_of_observations
from registry_gate.review.verdict import PREVIOUS, Evidence, ReviewOutcome
from shared.adapters.promotions import Champion
from shared.adapters.verification import load_compared
from shared.adapters.verification_tables import reviews
from shared.contracts.issuers import REFERENCES, Issuer
from shared.forecasting.arrays import FloatArray
from shared.forecasting.inputs import ForecastInputs
from shared.forecasting.variables import Variable
from shared.forecasting.verification import Verified

#: After a rollback the new champion is left alone for so long, if the settings say nothing else.
COOL_DOWN = timedelta(days=14)
#: A training that was asked for so lately has hardly begun to show.
ASK_AGAIN_AFTER = timedelta(days=7)
#: A shift is told once; after so long it is news again.
TELL_AGAIN_AFTER = timedelta(days=60)

_LOOK_BACK = timedelta(days=400)
# Whose losses are the usual ones: the reference there is from the first day on.
_USUAL = (Issuer.DAMPED_PERSISTENCE, Issuer.CLIMATOLOGY)
# The leads a shift of the errors shows at first: later ones are mostly weather.
_FIRST_LEADS = 3


#: Variable, review date, epoch, outcome and what was told of earlier reviews.
Reviews = Sequence[Row[Any, Any, Any, Any, Any]]


@dataclass(frozen=True)
class Background:
    """What the reviews of a site's champions have in common.

    Attributes
    ----------
    review_date : date
        The newest verified day.
    known : ForecastInputs or None
        The last years, for the drift of observations.
    past : sequence of rows
        What was concluded lately.
    champions, lines : mapping
        The champion of each variable, and those before it.
    cool_down : timedelta
        For so long after a rollback there is no other.
    """

    review_date: date
    known: ForecastInputs | None
    past: Reviews
    champions: Mapping[str, Champion]
    lines: Mapping[str, Sequence[UUID]]
    cool_down: timedelta = COOL_DOWN


@dataclass(frozen=True)
class Gathered:
    """The evidence about the champion of a variable, at one epoch.

    Attributes
    ----------
    told : set of str
        Shifts that were told lately.
    """

    variable: Variable
    candidate_id: UUID
    epoch: int
    evidence: Evidence
    told: frozenset[str] = field(default_factory=frozenset)


def past_reviews(session: Session, site_id: str, review_date: date) -> Reviews:
    """Return what was concluded at a site lately, before a review date."""
    columns = (
        reviews.c.variable,
        reviews.c.review_date,
        reviews.c.epoch,
        reviews.c.outcome,
        # The rest of the evidence is large, and nobody asks for it here.
        reviews.c.evidence["told"].label("told"),
    )
    statement = select(*columns).where(
        reviews.c.site_id == site_id,
        reviews.c.review_date < review_date,
        reviews.c.review_date >= review_date - TELL_AGAIN_AFTER,
    )
    return session.execute(statement).all()


def gather(
    session: Session, site_id: str, variable: Variable, background: Background
) -> Gathered | None:
    """Return the evidence about the champion of a variable; None where there is no champion."""
    review_date, past = background.review_date, background.past
    champion = background.champions.get(variable)
    if champion is None:
        return None
    line = background.lines[variable]
    previous = line[-2] if len(line) > 1 else None
    verified = load_compared(
        session,
        site_id,
        variable,
        since=review_date - _LOOK_BACK,
        until=review_date,
        issuers=_USUAL,
        candidates=[champion.candidate_id],
        newest_days=WINDOW_DAYS,
    )
    mine = [row for row in past if row.variable == variable]
    rolled_back = _last(mine, ReviewOutcome.ROLL_BACK, review_date - background.cool_down)
    evidence = Evidence(
        standings=standings(verified, champion.candidate_id, previous),
        shifts=shifts(verified, champion.candidate_id, background.known),
        is_silent=_is_silent(_in_its_time(verified, mine, champion.epoch), champion, previous),
        may_roll_back=previous is not None and rolled_back is None,
        retraining_asked_on=_last(past, ReviewOutcome.RETRAIN, review_date - ASK_AGAIN_AFTER),
    )
    told = frozenset(name for row in mine for name in row.told or ())
    return Gathered(variable, champion.candidate_id, champion.epoch, evidence, told)


def standings(
    verified: Verified, champion_id: UUID, previous_id: UUID | None
) -> dict[str, Standing]:
    """Return how a champion stands against the one before it, challengers and references."""
    usual = _usual(verified)
    if usual is None or champion_id not in verified.by_candidate:
        return {}
    losses = {name: verified.losses(one) for name, one in verified.by_candidate.items()}
    champion = losses.pop(champion_id)
    rivals: dict[str, FloatArray] = {}
    if previous_id in losses:
        rivals[PREVIOUS] = losses.pop(previous_id)
    rivals |= {f"challenger {name}": loss for name, loss in losses.items()}
    for name in REFERENCES:
        if name in verified.by_issuer:
            rivals[name.value] = verified.losses(verified.by_issuer[name])
    found = {name: stand(champion, loss, usual) for name, loss in rivals.items()}
    return {name: standing for name, standing in found.items() if standing.days}


def _usual(verified: Verified) -> FloatArray | None:
    """Return the usual loss by lead."""
    for name in _USUAL:
        if name in verified.by_issuer:
            return usual_loss(verified.losses(verified.by_issuer[name]))
    return None


def shifts(verified: Verified, champion_id: UUID, known: ForecastInputs | None) -> dict[str, Shift]:
    """Return what has drifted: the observations, the champion's errors."""
    found = {
        "observations": None if known is None else shift_of_observations(known, verified.variable),
        "errors": find_shift(daily_errors(verified, champion_id)),
    }
    return {name: shift for name, shift in found.items() if shift is not None}


def daily_errors(verified: Verified, champion_id: UUID) -> FloatArray:
    """Return a champion's mean error of the first leads by consecutive days, NaN without any."""
    scored = verified.by_candidate.get(champion_id)
    if scored is None:
        return np.full(0, np.nan)
    errors = verified.target_errors(scored)[:, :_FIRST_LEADS]
    there = np.isfinite(errors).any(axis=1)
    places = (verified.dates - verified.dates[0]).astype(np.intp)
    series = np.full(places[-1] + 1, np.nan)
    series[places[there]] = np.nanmean(errors[there], axis=1)
    return series


def _in_its_time(verified: Verified, past: Reviews, epoch: int) -> Verified:
    """Return the days that a champion should have made forecasts for, none before its first review.

    It was there when the day of its first review had been observed, so its forecasts begin with the
    day after the next at the latest; one that has just been promoted is not silent.
    """
    reviewed = [row.review_date for row in past if row.epoch == epoch]
    if not reviewed:
        return verified.on(np.zeros(len(verified.dates), dtype=bool))
    return verified.on(verified.dates > np.datetime64(min(reviewed) + timedelta(days=1)))


def _is_silent(verified: Verified, of: Champion, previous_id: UUID | None) -> bool:
    previous = None if previous_id is None else verified.by_candidate.get(previous_id)
    if previous is None:
        return False
    champion = verified.by_candidate.get(of.candidate_id)
    losses = verified.losses(previous)
    mute = np.full_like(losses, np.nan)
    return is_silent(mute if champion is None else verified.losses(champion), losses)


def _last(past: Reviews, outcome: ReviewOutcome, since: date) -> date | None:
    """Return the newest date after a day on which reviews came to an outcome."""
    found = [row.review_date for row in past if row.outcome == outcome and row.review_date > since]
    return max(found, default=None)

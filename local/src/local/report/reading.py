"""Reads the record of a policy from its database: all SQL of the report is here."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Date, Row, Select, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from local.report.record import Concern, Decision, Drift, Fan, Held, Record, Reign, Silence
from registry_gate.criteria import REQUIRED
from registry_gate.terms import Verdict
from shared.adapters.sites import get_site
from shared.adapters.tables import (
    candidates,
    contenders,
    decisions,
    events,
    observations,
    promotions,
    quality_findings,
)
from shared.adapters.tables import sites as sites_table
from shared.adapters.verification import load_verified
from shared.adapters.verification_tables import forecasts, issuances, reviews
from shared.contracts.events import EventType
from shared.contracts.issuers import Issuer
from shared.contracts.provenance import Provenance
from shared.errors import NotEnoughData
from shared.forecasting.families import Family
from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from shared.forecasting.verification import Verified

# A day or two late is how sources are.
_FEWEST_SILENT_DAYS = 3


def read_record(session: Session, site_id: str, *, policy: str = "gate") -> Record:
    """Return what the tables say of a site.

    Parameters
    ----------
    policy : str
        What this record is called beside those of other policies.

    Raises
    ------
    NotEnoughData
        No forecast of a champion has been verified yet.
    """
    site = get_site(session, site_id)
    verified = _verified(session, site_id)
    if not verified:
        raise NotEnoughData(
            f"Nothing that a champion forecast for {site_id} has been verified yet."
        )
    headline = next(iter(verified))
    trainings, models = session.execute(_counts(site_id)).one()
    return Record(
        policy=policy,
        site=site,
        provenance=_provenance(session, site_id),
        headline=headline,
        verified=verified,
        decisions=[_decision(row) for row in session.execute(_decisions(site_id))],
        reigns=[_reign(row) for row in session.execute(_reigns(site_id))],
        concerns=[_concern(row) for row in session.execute(_concerns(site_id))],
        drifts=[_drift(row) for row in session.execute(_drifts(site_id))],
        held=[_held(row) for row in session.execute(_held_back(site_id))],
        silences=[_silence(row) for row in session.execute(_silences(site_id))],
        fans=_fans(session, site_id, headline),
        trainings=trainings,
        contenders=models,
    )


def _verified(session: Session, site_id: str) -> dict[Variable, Verified]:
    found = {name: load_verified(session, site_id, name) for name in FORECAST_VARIABLES}
    return {name: one for name, one in found.items() if Issuer.CHAMPION in one.by_issuer}


def _provenance(session: Session, site_id: str) -> Provenance | None:
    column = sites_table.c.provenance
    found = session.scalar(select(column).where(sites_table.c.site_id == site_id))
    return None if found is None else Provenance(found)


def _counts(site_id: str) -> Select[int, int]:
    trainings = func.count(contenders.c.training_id.distinct())
    return select(trainings, func.count()).where(contenders.c.site_id == site_id)


def _decisions(site_id: str) -> Select[Any]:
    chosen = select(decisions).where(decisions.c.site_id == site_id)
    return chosen.order_by(decisions.c.decided_at, decisions.c.variable)


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        variable=Variable(row.variable),
        kind=row.kind,
        outcome=row.outcome,
        reason=row.reason,
        asked_by=row.asked_by,
        decided_at=row.decided_at,
        is_fault=row.outcome == "reject"
        and any(
            found["verdict"] == Verdict.FAIL and found["criterion"] in REQUIRED
            for found in row.criteria
        ),
    )


def _reigns(site_id: str) -> Select[Any]:
    return (
        select(promotions, candidates.c.family)
        .join(candidates, candidates.c.candidate_id == promotions.c.candidate_id)
        .where(promotions.c.site_id == site_id)
        .order_by(promotions.c.epoch)
    )


def _reign(row: Row[Any]) -> Reign:
    return Reign(
        variable=Variable(row.variable),
        epoch=row.epoch,
        kind=row.kind,
        candidate_id=row.candidate_id,
        family=Family(row.family),
        since=row.promoted_at,
    )


def _concerns(site_id: str) -> Select[Any]:
    columns = (reviews.c.variable, reviews.c.review_date, reviews.c.outcome, reviews.c.reason)
    chosen = select(*columns).where(reviews.c.site_id == site_id, reviews.c.outcome != "fine")
    return chosen.order_by(reviews.c.review_date, reviews.c.variable)


def _concern(row: Row[Any]) -> Concern:
    return Concern(Variable(row.variable), row.review_date, row.outcome, row.reason)


def _drifts(site_id: str) -> Select[Any]:
    chosen = select(events.c.time, events.c.data).where(
        events.c.type == EventType.DRIFT_DETECTED, events.c.subject == f"sites/{site_id}"
    )
    return chosen.order_by(events.c.position)


def _drift(row: Row[Any]) -> Drift:
    return Drift(Variable(row.data["variable"]), row.time.date(), row.data["reason"])


def _held_back(site_id: str) -> Select[Any]:
    table = quality_findings.c
    found_on = cast(table.found_at, Date).label("found_on")
    keys = (table.variable, table.check_name, found_on)
    was_held = table.state.in_(("held", "released", "dropped", "superseded"))
    chosen = select(*keys, func.count().label("n_values")).where(table.site_id == site_id, was_held)
    return chosen.group_by(*keys).order_by(found_on, table.variable, table.check_name)


def _held(row: Row[Any]) -> Held:
    return Held(Variable(row.variable), row.check_name, row.found_on, row.n_values)


def _silences(site_id: str) -> Select[*tuple[Any, ...]]:
    """Return the query of days that became known together, late; what was there at first is not."""
    known = (
        select(observations.c.valid_date, func.min(observations.c.known_at).label("known_at"))
        .where(observations.c.site_id == site_id)
        .group_by(observations.c.valid_date)
        .subquery()
    )
    told = cast(known.c.known_at, Date)
    return (
        select(
            func.min(known.c.valid_date).label("first_date"),
            func.count().label("days"),
            told.label("until"),
        )
        .where(known.c.known_at > select(func.min(known.c.known_at)).scalar_subquery())
        .where(known.c.valid_date < told - 1)
        .group_by(told)
        .having(func.count() >= _FEWEST_SILENT_DAYS)
        .order_by(told)
    )


def _silence(row: Row[Any]) -> Silence:
    return Silence(row.first_date, row.days, row.until)


def _fans(session: Session, site_id: str, variable: Variable) -> Sequence[Fan]:
    columns = [forecasts.c[name] for name in Fan.__dataclass_fields__]
    newest_a_day = (
        select(*columns)
        .ext(distinct_on(forecasts.c.reference_date))
        .join(issuances, issuances.c.issuance_id == forecasts.c.issuance_id)
        .where(
            forecasts.c.site_id == site_id,
            forecasts.c.variable == variable,
            forecasts.c.issuer == Issuer.CHAMPION,
        )
        .order_by(forecasts.c.reference_date, issuances.c.number.desc())
    )
    return [Fan(*row) for row in session.execute(newest_a_day)]

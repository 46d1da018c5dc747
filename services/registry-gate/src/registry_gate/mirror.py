"""MLflow's aliases as a mirror of the ledger: repaired from it, never asked what is true.

For each site and variable the aliases follow from the ledger alone: `champion`, `previous` (the one
it replaced) and `challenger` (the latest candidate, where it is not the champion). A model whose
aliases differ from what was last seen is looked at now, every other one now and then, so that an
alias moved by hand comes back. One that MLflow refuses waits with its reason; the others go on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from mlflow.exceptions import MlflowException
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from registry_gate.ports import Registry
from shared.adapters.database import SessionFactory
from shared.adapters.ledger_tables import mirrors
from shared.adapters.tables import candidates, promotions

log = structlog.get_logger()

CHAMPION, PREVIOUS, CHALLENGER = "champion", "previous", "challenger"

LOOK_AGAIN_AFTER = timedelta(hours=6)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=30)
# MLflow may be slow: a tick is not to last for minutes.
_MODELS_A_TICK = 50
# It may be away: then the next tick is soon enough for the rest.
_MOST_REFUSALS = 3

# One mirror at a time: two could move an alias in the wrong order.
_LOCK_KEY = 7_220_147


@dataclass(frozen=True)
class Mirrored:
    """A registered model and the versions its aliases should point at."""

    site_id: str
    variable: str
    model: str
    aliases: Mapping[str, str]
    failures: int


def mirror_promotions(sessions: SessionFactory, registry: Registry) -> int:
    """Bring the aliases of the models that are due in line; return of how many.

    The registry may be away: then the aliases wait, and serving goes on without them.
    """
    with sessions.begin() as session:
        due = [_to_mirrored(row) for row in session.execute(_due().limit(_MODELS_A_TICK))]
    aligned = refused = 0
    for model in due:
        try:
            with sessions.begin() as session:
                aligned += _mirror(session, registry, model)
        except MlflowException as error:
            with sessions.begin() as session:
                _note_failure(session, model, str(error))
            refused += 1
            if refused == _MOST_REFUSALS:
                break
    return aligned


def _mirror(session: Session, registry: Registry, due: Mirrored) -> bool:
    """Align one model by what the ledger says now; say whether that was this worker's to do."""
    if not session.execute(select(func.pg_try_advisory_xact_lock(_LOCK_KEY))).scalar_one():
        return False  # another worker is at it
    is_due = _due(promotions.c.site_id == due.site_id, promotions.c.variable == due.variable)
    row = session.execute(is_due).one_or_none()
    if row is None:
        return False
    model = _to_mirrored(row)
    _align(registry, model)
    seen = {"aliases": dict(model.aliases), "failures": 0, "last_error": None}
    _note(session, model, LOOK_AGAIN_AFTER, **seen)
    return True


def _align(registry: Registry, model: Mirrored) -> None:
    found = dict(registry.get_registered_model(model.model).aliases)
    for alias in (CHAMPION, PREVIOUS, CHALLENGER):
        version = model.aliases.get(alias)
        if version == found.get(alias):
            continue
        if version is None:
            registry.delete_registered_model_alias(model.model, alias)
        else:
            registry.set_registered_model_alias(model.model, alias, version)
        log.info("alias moved", alias=alias, model=model.model, version=version)


def _note_failure(session: Session, model: Mirrored, reason: str) -> None:
    log.warning("mlflow refused, the aliases wait", model=model.model, error=reason)
    pause = min(FIRST_PAUSE * 2.0 ** min(model.failures, 20), LONGEST_PAUSE)
    _note(session, model, pause, failures=model.failures + 1, last_error=reason)


def _note(session: Session, model: Mirrored, pause: timedelta, **values: object) -> None:
    values["look_again_at"] = func.clock_timestamp() + pause
    key = {"site_id": model.site_id, "variable": model.variable}
    statement = insert(mirrors).values(key | values)
    session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


def _due(*where: ColumnElement[bool]) -> Select[Any]:
    """Return the query of the models to look at, those that waited longest first."""
    desired = _desired(*where).subquery()
    is_changed = mirrors.c.aliases.is_distinct_from(desired.c.aliases)
    may_be_tried = mirrors.c.look_again_at <= func.clock_timestamp()
    is_healthy = mirrors.c.failures == 0
    return (
        select(desired, func.coalesce(mirrors.c.failures, 0).label("failures"))
        .outerjoin(
            mirrors,
            (mirrors.c.site_id == desired.c.site_id) & (mirrors.c.variable == desired.c.variable),
        )
        .where(or_(mirrors.c.site_id.is_(None), may_be_tried, is_changed & is_healthy))
        .order_by(mirrors.c.look_again_at.nulls_first(), desired.c.epoch)
    )


def _desired(*where: ColumnElement[bool]) -> Select[Any]:
    """Return the query of what the aliases of each model should be."""
    heads = (
        select(promotions)
        .ext(distinct_on(promotions.c.site_id, promotions.c.variable))
        .where(*where)
        .order_by(promotions.c.site_id, promotions.c.variable, promotions.c.epoch.desc())
        .subquery("heads")
    )
    champion, previous = candidates.alias("champion"), candidates.alias("previous")
    latest = (
        select(candidates.c.candidate_id, candidates.c.mlflow_version)
        .where(candidates.c.site_id == heads.c.site_id, candidates.c.variable == heads.c.variable)
        .order_by(candidates.c.registered_at.desc(), candidates.c.candidate_id)
        .limit(1)
        .lateral("latest")
    )
    challenger = func.nullif(latest.c.mlflow_version, champion.c.mlflow_version)
    aliases = func.jsonb_strip_nulls(
        func.jsonb_build_object(
            CHAMPION,
            champion.c.mlflow_version,
            PREVIOUS,
            previous.c.mlflow_version,
            CHALLENGER,
            challenger,
        )
    )
    return (
        select(
            heads.c.site_id,
            heads.c.variable,
            heads.c.epoch,
            champion.c.mlflow_model.label("model"),
            aliases.label("aliases"),
        )
        .select_from(heads)
        .join(champion, champion.c.candidate_id == heads.c.candidate_id)
        .outerjoin(previous, previous.c.candidate_id == heads.c.previous_candidate_id)
        .join(latest, latest.c.candidate_id.is_not(None))
    )


def _to_mirrored(row: Any) -> Mirrored:  # noqa: ANN401 - a row of `_due`
    return Mirrored(row.site_id, row.variable, row.model, row.aliases, row.failures)

"""MLflow's aliases as a mirror of the promotions: repaired from the database, never asked."""

import structlog
from mlflow.exceptions import MlflowException
from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from registry_gate.ports import Registry
from shared.adapters.database import SessionFactory
from shared.adapters.tables import candidates, promotions

log = structlog.get_logger()

CHAMPION, PREVIOUS = "champion", "previous"

# One mirror at a time: two could move an alias in the wrong order, and nobody would look again.
_LOCK_KEY = 7_220_147


def mirror_promotions(sessions: SessionFactory, registry: Registry) -> int:
    """Move the aliases of every promotion not mirrored yet, oldest first; return how many.

    The registry may be away: then the promotions wait, and serving goes on without it.
    """
    mirrored = 0
    try:
        while _mirror_one(sessions, registry):
            mirrored += 1
    except MlflowException as error:
        log.warning("mlflow is away, its aliases wait", error=str(error))
    return mirrored


def _mirror_one(sessions: SessionFactory, registry: Registry) -> bool:
    with sessions.begin() as session:
        if not session.execute(select(func.pg_try_advisory_xact_lock(_LOCK_KEY))).scalar_one():
            return False  # another worker is at it
        row = session.execute(
            select(promotions)
            .where(promotions.c.mirrored_at.is_(None))
            .order_by(promotions.c.epoch)
            .limit(1)
        ).one_or_none()
        if row is None:
            return False
        _set_alias(session, registry, row, CHAMPION, row.candidate_id)
        if row.previous_candidate_id is not None:
            _set_alias(session, registry, row, PREVIOUS, row.previous_candidate_id)
        session.execute(
            update(promotions)
            .where(promotions.c.epoch == row.epoch)
            .values(mirrored_at=func.clock_timestamp())
        )
    return True


def _set_alias(
    session: Session,
    registry: Registry,
    promotion: Row[tuple[object, ...]],
    alias: str,
    candidate_id: object,
) -> None:
    version = session.execute(
        select(candidates.c.mlflow_model, candidates.c.mlflow_version).where(
            candidates.c.candidate_id == candidate_id
        )
    ).one()
    registry.set_registered_model_alias(version.mlflow_model, alias, version.mlflow_version)
    log.info("alias moved", alias=alias, model=version.mlflow_model, epoch=promotion.epoch)

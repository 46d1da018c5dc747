"""Reading who is champion: the promotion with the highest epoch of a site and variable."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from shared.adapters.tables import candidates, contenders, promotions
from shared.forecasting.families import Family


@dataclass(frozen=True)
class Champion:
    """The model in service for a site and variable, as its rivals need to know it."""

    candidate_id: UUID
    epoch: int
    family: Family
    recipe: dict[str, object]
    train_cutoff: date


def champions() -> Select[Any]:
    """Return the query of all champions: each a promotion, with its version and its artifact."""
    newest = (
        select(promotions)
        .ext(distinct_on(promotions.c.site_id, promotions.c.variable))
        .order_by(promotions.c.site_id, promotions.c.variable, promotions.c.epoch.desc())
        .subquery("newest")
    )
    return (
        select(
            newest,
            candidates.c.family,
            candidates.c.mlflow_version,
            contenders.c.recipe,
            contenders.c.train_cutoff,
            contenders.c.artifact_uri,
            contenders.c.artifact_sha256,
        )
        .join_from(newest, candidates, newest.c.candidate_id == candidates.c.candidate_id)
        .join(contenders, candidates.c.contender_id == contenders.c.contender_id)
        .order_by(newest.c.site_id, newest.c.variable)
    )


def current_champion(session: Session, site_id: str, variable: str) -> Champion | None:
    """Return the champion of a site and variable, if there is one."""
    every = champions().subquery()
    mine = select(every).where(every.c.site_id == site_id, every.c.variable == variable)
    row = session.execute(mine).one_or_none()
    if row is None:
        return None
    return Champion(
        candidate_id=row.candidate_id,
        epoch=row.epoch,
        family=Family(row.family),
        recipe=row.recipe,
        train_cutoff=row.train_cutoff,
    )

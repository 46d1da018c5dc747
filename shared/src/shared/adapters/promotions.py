"""Reading who is champion: the promotion with the highest epoch of a site and variable."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.adapters.tables import candidates, contenders, promotions


@dataclass(frozen=True)
class Champion:
    """The model in service for a site and variable."""

    candidate_id: UUID
    epoch: int
    family: str
    recipe: dict[str, object]
    train_cutoff: date


def current_champion(session: Session, site_id: str, variable: str) -> Champion | None:
    """Return the champion of a site and variable, if there is one."""
    row = session.execute(
        select(
            promotions.c.candidate_id,
            promotions.c.epoch,
            contenders.c.family,
            contenders.c.recipe,
            contenders.c.train_cutoff,
        )
        .join(candidates, candidates.c.candidate_id == promotions.c.candidate_id)
        .join(contenders, contenders.c.contender_id == candidates.c.contender_id)
        .where(promotions.c.site_id == site_id, promotions.c.variable == variable)
        .order_by(promotions.c.epoch.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Champion(*row)

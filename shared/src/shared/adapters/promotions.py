"""Reading who is champion: the promotion with the highest epoch of a site and variable."""

import functools
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from shared.adapters.tables import candidates, contenders, promotions
from shared.errors import DecisionRefused
from shared.forecasting.families import Family


@dataclass(frozen=True)
class Champion:
    """The model in service for a site and variable, as its rivals need to know it."""

    candidate_id: UUID
    epoch: int
    family: Family
    recipe: dict[str, object]
    train_cutoff: date


@functools.cache
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
    place = {"site_id": site_id, "variable": variable}
    row = session.execute(_champion_of(), place).one_or_none()
    return None if row is None else _to_champion(row)


def current_champions(session: Session, site_id: str) -> dict[str, Champion]:
    """Return the champions of a site by variable."""
    rows = session.execute(champions_of_a_site(), {"site_id": site_id})
    return {row.variable: _to_champion(row) for row in rows}


def _to_champion(row: Row[Any]) -> Champion:
    return Champion(
        candidate_id=row.candidate_id,
        epoch=row.epoch,
        family=Family(row.family),
        recipe=row.recipe,
        train_cutoff=row.train_cutoff,
    )


@functools.cache
def champions_of_a_site() -> Select[Any]:
    """Return the query of `champions` at `site_id`, made once: making it takes longer than it."""
    every = champions().subquery()
    return select(every).where(every.c.site_id == bindparam("site_id"))


@functools.cache
def _champion_of() -> Select[Any]:
    one = champions_of_a_site()
    return one.where(one.selected_columns.variable == bindparam("variable"))


def line_of_champions(session: Session, site_id: str, variable: str) -> list[UUID]:
    """Return the champions of a site and variable in line, the present one last.

    A promotion adds to the line; a rollback takes off it what came after its target. So going back
    twice goes two steps back, and never forth again to what was taken back.
    """
    return lines_of_champions(session, site_id).get(variable, [])


def lines_of_champions(session: Session, site_id: str) -> dict[str, list[UUID]]:
    """Return the line of each variable of a site, as `line_of_champions` does."""
    lines: dict[str, list[UUID]] = defaultdict(list)
    for variable, candidate_id in session.execute(_changes_at(), {"site_id": site_id}):
        line = lines[variable]
        if candidate_id in line:
            del line[line.index(candidate_id) :]
        line.append(candidate_id)
    return lines


@functools.cache
def _changes_at() -> Select[Any]:
    return (
        select(promotions.c.variable, promotions.c.candidate_id)
        .where(promotions.c.site_id == bindparam("site_id"))
        .order_by(promotions.c.epoch)
    )


def rollback_target(
    session: Session, site_id: str, variable: str, to: UUID | None = None
) -> tuple[UUID, UUID]:
    """Return the champion and the one to go back to: the one before it, or an earlier one.

    Raises
    ------
    DecisionRefused
        There is none to go back to, or it was never the champion.
    """
    line = line_of_champions(session, site_id, variable)
    if len(line) < 2:  # noqa: PLR2004 - a champion and one before it
        raise DecisionRefused(f"{site_id}/{variable} has no earlier champion to go back to.")
    *earlier, champion = line
    if to == champion:
        raise DecisionRefused(f"Candidate {to} is the champion of {site_id}/{variable} already.")
    if to is not None and to not in earlier:
        was = ", ".join(str(candidate_id) for candidate_id in earlier)
        raise DecisionRefused(
            f"Candidate {to} is no earlier champion of {site_id}/{variable}; those were: {was}."
        )
    return champion, to or earlier[-1]

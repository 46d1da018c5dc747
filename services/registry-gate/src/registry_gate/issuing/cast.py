"""Which models issue forecasts of a site, and which part each plays."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import Session

from shared.adapters.promotions import champions, line_of_champions
from shared.adapters.tables import candidates, contenders
from shared.contracts.issuers import Issuer
from shared.forecasting.variables import FORECAST_VARIABLES, Variable


@dataclass(frozen=True)
class Part:
    """A model and the part it plays.

    Attributes
    ----------
    epoch : int or None
        Of the promotion that made it the champion.
    """

    variable: Variable
    issuer: Issuer
    candidate_id: UUID
    artifact_uri: str
    artifact_sha256: str
    epoch: int | None = None


def cast_of(session: Session, site_id: str, *, challengers: int) -> list[Part]:
    """Return the champions of a site, the champions before them, and their latest challengers.

    Parameters
    ----------
    challengers : int
        So many a variable, of those that are neither champion nor previous.
    """
    rows = session.execute(_champions_of(), {"site_id": site_id}).all()
    reigning = {row.variable: row for row in rows}
    return [
        part
        for variable in FORECAST_VARIABLES
        for part in _parts(session, site_id, variable, reigning.get(variable), challengers)
    ]


@functools.cache
def _champions_of() -> Select[Any]:
    """Return the query, made once: making it takes longer than answering it."""
    every = champions().subquery()
    return select(every).where(every.c.site_id == bindparam("site_id"))


def _parts(
    session: Session,
    site_id: str,
    variable: Variable,
    champion: Row[Any] | None,
    challengers: int,
) -> Iterator[Part]:
    taken: list[UUID] = []
    if champion is not None:
        yield _part(variable, Issuer.CHAMPION, champion, epoch=champion.epoch)
        # The one a rollback would bring back, which is never one that was taken back itself.
        taken = line_of_champions(session, site_id, variable)[-2:]
        for row in _models(session, candidates.c.candidate_id.in_(taken[:-1])):
            yield _part(variable, Issuer.PREVIOUS, row)
    latest = _models(
        session,
        candidates.c.site_id == site_id,
        candidates.c.variable == variable,
        candidates.c.candidate_id.not_in(taken),
        limit=challengers,
    )
    for row in latest:
        yield _part(variable, Issuer.CHALLENGER, row)


def _models(session: Session, *conditions: Any, limit: int = 1) -> Sequence[Row[Any]]:  # noqa: ANN401 - SQL
    statement: Select[Any] = (
        select(
            candidates.c.candidate_id,
            contenders.c.artifact_uri,
            contenders.c.artifact_sha256,
        )
        .join(contenders, contenders.c.contender_id == candidates.c.contender_id)
        .where(*conditions)
        .order_by(candidates.c.registered_at.desc(), candidates.c.candidate_id)
        .limit(limit)
    )
    return session.execute(statement).all()


def _part(variable: Variable, issuer: Issuer, row: Row[Any], *, epoch: int | None = None) -> Part:
    return Part(variable, issuer, row.candidate_id, row.artifact_uri, row.artifact_sha256, epoch)

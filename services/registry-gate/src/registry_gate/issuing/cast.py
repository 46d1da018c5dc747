"""Which models issue forecasts of a site, and which part each plays."""

import functools
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Text, bindparam, column, select, true, values
from sqlalchemy.orm import Session

from shared.adapters.promotions import champions_of_a_site, lines_of_champions
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
    reigning = session.execute(champions_of_a_site(), {"site_id": site_id}).all()
    # The last two of a line: the one a rollback would bring back was never taken back itself.
    taken = {name: line[-2:] for name, line in lines_of_champions(session, site_id).items()}
    asked = {
        "site_id": site_id,
        "taken": [candidate_id for pair in taken.values() for candidate_id in pair],
        "previous": [pair[0] for pair in taken.values() if len(pair) > 1],
        "challengers": challengers,
    }
    cast = [
        *(_part(Issuer.CHAMPION, row, epoch=row.epoch) for row in reigning),
        *(_part(Issuer.PREVIOUS, row) for row in session.execute(_previous(), asked)),
        *(_part(Issuer.CHALLENGER, row) for row in session.execute(_latest(), asked)),
    ]
    return sorted(cast, key=lambda part: FORECAST_VARIABLES.index(part.variable))


def _models() -> Select[Any]:
    return select(
        candidates.c.variable,
        candidates.c.candidate_id,
        contenders.c.artifact_uri,
        contenders.c.artifact_sha256,
    ).join(contenders, contenders.c.contender_id == candidates.c.contender_id)


@functools.cache
def _previous() -> Select[Any]:
    """Return the query of the champions before; made once, which takes longer than answering it."""
    return _models().where(candidates.c.candidate_id.in_(bindparam("previous", expanding=True)))


@functools.cache
def _latest() -> Select[Any]:
    """Return the query of the latest others of each variable, so many of each, the newest first."""
    names = values(column("name", Text), name="names").data(
        [(name.value,) for name in FORECAST_VARIABLES]
    )
    latest = (
        _models()
        .where(
            candidates.c.site_id == bindparam("site_id"),
            candidates.c.variable == names.c.name,
            candidates.c.candidate_id.not_in(bindparam("taken", expanding=True)),
        )
        .order_by(candidates.c.registered_at.desc(), candidates.c.candidate_id)
        .limit(bindparam("challengers"))
        .lateral("latest")
    )
    return select(latest).join_from(names, latest, true())


def _part(issuer: Issuer, row: Row[Any], *, epoch: int | None = None) -> Part:
    model = (row.candidate_id, row.artifact_uri, row.artifact_sha256)
    return Part(Variable(row.variable), issuer, *model, epoch)

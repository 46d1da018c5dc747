"""How the last collections of a site went, from the job ledger: when, whether, why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, Text, bindparam, column, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from shared.adapters.tables import jobs
from shared.contracts.jobs import JOBS, JobKind
from shared.contracts.queues import Service

#: The kinds of work that bring data in.
COLLECTING = tuple(kind for kind, policy in JOBS.items() if policy.service is Service.COLLECTOR)
#: So many of each kind are told of a site, the newest.
COLLECTIONS_TOLD = 3


@dataclass(frozen=True)
class Collection:
    """A collection as the ledger has it.

    Attributes
    ----------
    state : str
        `done` went well; `queued` with a `last_error` will be tried again at `not_before`.
    """

    kind: JobKind
    logical_date: date
    state: str
    attempts: int
    progress: str | None
    last_error: str | None
    not_before: datetime
    finished_at: datetime | None


def collections(session: Session, site_ids: Sequence[str]) -> dict[str, list[Collection]]:
    """Return the newest collections of each site that has any, newest first, by site id."""
    found: dict[str, list[Collection]] = {}
    asked = {"site_ids": list(site_ids), "kinds": list(COLLECTING)}
    for row in session.execute(_newest(), asked):
        found.setdefault(row.site_id, []).append(
            Collection(
                kind=JobKind(row.kind),
                logical_date=row.logical_date,
                state=row.state,
                attempts=row.attempts,
                progress=row.progress,
                last_error=row.last_error,
                not_before=row.not_before,
                finished_at=row.finished_at,
            )
        )
    return found


def _newest() -> Select[Any]:
    """Probe the ledger's own index once a site and kind, however long the ledger is."""
    site = _each("site_ids", "site_id")
    kind = _each("kinds", "kind")
    newest = (
        select(jobs)
        .where(jobs.c.site_id == site.c.site_id, jobs.c.kind == kind.c.kind)
        .order_by(jobs.c.logical_date.desc(), jobs.c.run.desc())
        .limit(COLLECTIONS_TOLD)
        .lateral("newest")
    )
    return (
        select(newest)
        .select_from(site.join(kind, true()).join(newest, true()))
        .order_by(newest.c.site_id, newest.c.logical_date.desc(), newest.c.created_at.desc())
    )


def _each(parameter: str, name: str) -> Any:  # noqa: ANN401 - SQLAlchemy's alias of a function
    values = func.unnest(bindparam(parameter, type_=ARRAY(Text)))
    return values.table_valued(column(name, Text)).render_derived().alias(parameter)

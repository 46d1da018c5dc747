"""The last tick each worker answered: a sign of life of the whole way to it and back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.adapters.tables import ticks
from shared.contracts.queues import Service


@dataclass(frozen=True)
class Tick:
    """A tick that was answered.

    Attributes
    ----------
    worker : str
        Which of the service's workers answered it.
    """

    service: Service
    worker: str
    ticked_at: datetime


def note_tick(session: Session, service: Service, worker: str) -> None:
    """Note that a worker answers a tick now."""
    noted = {"worker": worker, "ticked_at": func.clock_timestamp()}
    session.execute(
        insert(ticks)
        .values(service=service.value, **noted)
        .on_conflict_do_update(index_elements=[ticks.c.service], set_=noted)
    )


def last_ticks(session: Session) -> list[Tick]:
    """Return the last tick of each service that ever answered one."""
    rows = session.execute(select(ticks).order_by(ticks.c.service))
    return [Tick(Service(row.service), row.worker, row.ticked_at) for row in rows]

"""Reads days again from the answers that were kept: for the quarantine, and after a correction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import httpx
from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from collector.errors import SourceRefused, SourceUnavailable
from collector.open_meteo.calls import OBSERVED
from collector.open_meteo.days import history_of
from collector.open_meteo.read import Question, read_answer
from collector.payloads.store import stored_body
from collector.ports import DayValues, Outcome, days_of
from shared.adapters.tables import payloads
from shared.forecasting.sphere import Position


@dataclass(frozen=True)
class StoredDay:
    """A day as an answer that was kept has it.

    Attributes
    ----------
    fetched_at : datetime
        When the source said so.
    """

    payload_id: int
    fetched_at: datetime
    values: DayValues


def read_stored(session: Session, site_id: str, day: date) -> StoredDay | None:
    """Return a day from the newest answer kept that can be read; None where there is none."""
    return next(read_all_stored(session, site_id, day), None)


def read_all_stored(session: Session, site_id: str, day: date) -> Iterator[StoredDay]:
    """Give a day as each answer kept has it, newest first: what the source said, and when."""
    for row in session.execute(_answers(site_id, day)).all():
        body = stored_body(session, row.payload_id)
        values = None if body is None else _values(row, body, site_id, day)
        if values is not None:
            yield StoredDay(row.payload_id, row.fetched_at, values)


def _answers(site_id: str, day: date) -> Select[Any]:
    columns = (payloads.c.payload_id, payloads.c.fetched_at, payloads.c.url, payloads.c.site_ids)
    return (
        select(*columns)
        .where(
            payloads.c.site_ids.contains([site_id]),
            payloads.c.first_date <= day,
            payloads.c.last_date >= day,
            payloads.c.outcome == Outcome.ANSWERED,
            payloads.c.body.is_not(None),
        )
        .order_by(payloads.c.payload_id.desc())
    )


def _values(row: Row[Any], body: bytes, site_id: str, day: date) -> DayValues | None:
    """Return a day of an answer; None where the answer is of guidance, or was refused."""
    question = question_of(row.url)
    if question is None:
        return None
    try:
        columns = read_answer(body, question)[row.site_ids.index(site_id)]
    except SourceUnavailable:
        return None
    if isinstance(columns, SourceRefused):
        return None
    return days_of(history_of(columns, question.first))[day]


def question_of(url: str) -> Question | None:
    """Return what a kept request for observed days asked; None of a request for anything else."""
    asked = httpx.URL(url).params
    if OBSERVED.section not in asked:
        return None
    latitudes, longitudes = (asked[name].split(",") for name in ("latitude", "longitude"))
    positions = [
        Position(float(north), float(east))
        for north, east in zip(latitudes, longitudes, strict=True)
    ]
    first, last = (date.fromisoformat(asked[name]) for name in ("start_date", "end_date"))
    return Question(OBSERVED, tuple(positions), first, last)

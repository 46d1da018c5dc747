"""`climate audit`: whether the record is what was written, decisions and forecasts alike.

A row that was changed no longer has the digest its seal was made with; one that is gone leaves a
seal behind, one that was slipped in has none. Who takes rows off the end of the chain along with
their seals is given away by the events that tell of them, or by a head noted elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, String, cast, select
from sqlalchemy.orm import Session

from shared.adapters.chain import SEALED, row_key, sealed_content, sealed_rows
from shared.adapters.ledger_tables import seals
from shared.adapters.seals import NO_SEAL, seal
from shared.adapters.tables import decisions, events, promotions
from shared.adapters.verification.seal import broken_seals
from shared.contracts.events import EventType


@dataclass(frozen=True)
class Head:
    """The end of the chain: noted elsewhere, it proves later that nothing before it changed."""

    number: int = 0
    digest: str = NO_SEAL

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Return the head a text tells of; raises `ValueError` where it tells of none."""
        number, _, digest = text.strip().partition(":")
        if len(digest) != len(NO_SEAL):
            raise ValueError(text)
        return cls(int(number), digest)


@dataclass(frozen=True)
class Audit:
    """What was looked at, and a sentence for everything that is not as it was written."""

    head: Head
    findings: tuple[str, ...]


def audit(session: Session, *, noted: Head | None = None) -> Audit:
    """Look at every row of the ledger and every forecast.

    Parameters
    ----------
    noted : Head, optional
        The head of an earlier audit, kept where whoever changes the database cannot reach.
    """
    head = _head(session)
    findings = (
        *_broken_links(session),
        *_unsealed(session),
        *_untold(session),
        *_not_as_noted(session, noted),
        *broken_seals(session),
    )
    return Audit(head, findings)


def _head(session: Session) -> Head:
    newest = select(seals.c.number, seals.c.digest).order_by(seals.c.number.desc()).limit(1)
    row = session.execute(newest).one_or_none()
    return Head(row.number, row.digest) if row else Head()


def _broken_links(session: Session) -> Iterator[str]:
    """Walk the chain; each link is measured from the one before as it stands, so one break is one.

    The digest of a seal that was itself changed no longer fits its row, nor the seal after it.
    """
    previous, expected = NO_SEAL, 1
    for found, row in sealed_rows(session):
        what = f"{found.sealed_table} {found.sealed_key} (seal {found.number})"
        if found.number != expected:
            yield f"Seals {expected} to {found.number - 1} are missing from the chain."
        elif row is None:
            yield f"Of {what} the row is missing."
        elif _digest(previous, found.number, found.sealed_table, row) != found.digest:
            yield f"Of {what} the row or its seal, or the seal before it, was changed."
        previous, expected = found.digest, found.number + 1


def _digest(previous: str, number: int, table: str, row: Row[Any]) -> str:
    return seal(previous, sealed_content(number, SEALED[table], row))


def _unsealed(session: Session) -> Iterator[str]:
    for name, table in SEALED.items():
        (key,) = table.primary_key
        of_row = select(seals.c.number).where(
            seals.c.sealed_table == name, seals.c.sealed_key == cast(key, String)
        )
        for row in session.execute(select(table).where(~of_row.exists())):
            yield f"{name} {row_key(table, row)} has no seal: it was not written by the gate."


def _untold(session: Session) -> Iterator[str]:
    """Find decisions and promotions that an event tells of and that are no longer there."""
    ledger_events = (
        EventType.MODEL_PROMOTED,
        EventType.MODEL_ROLLED_BACK,
        EventType.CANDIDATE_REJECTED,
    )
    told = events.c.data["decision_id"].astext, events.c.data["epoch"].astext
    decided = select(decisions.c.decision_id).where(
        cast(decisions.c.decision_id, String) == told[0]
    )
    crowned = select(promotions.c.epoch).where(cast(promotions.c.epoch, String) == told[1])
    rows = session.execute(
        select(events.c.event_id, events.c.type)
        .where(
            events.c.type.in_(ledger_events),
            (told[0].is_not(None) & ~decided.exists()) | (told[1].is_not(None) & ~crowned.exists()),
        )
        .order_by(events.c.position)
    )
    for row in rows:
        yield f"Event {row.event_id} ({row.type}) tells of a decision that is not in the ledger."


def _not_as_noted(session: Session, noted: Head | None) -> Iterator[str]:
    if noted is None or noted.number == 0:
        return
    digest = session.execute(
        select(seals.c.digest).where(seals.c.number == noted.number)
    ).scalar_one_or_none()
    if digest != noted.digest:
        yield f"Seal {noted.number} is not the one that was noted: the chain was written anew."

"""The use cases of a human: look at what the checks found, release or drop it, read a day again.

Each is one function and one transaction of the caller's, for the command line and the API alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import uuid4

import numpy as np
from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from collector.errors import FindingRefused
from collector.open_meteo.stored import read_stored
from collector.ports import PayloadSpan, PlaceAnswer
from collector.quality import is_possible
from collector.store import announce, store_answers
from shared.adapters.observations import store_histories
from shared.adapters.sites import claim_provenance, get_site
from shared.adapters.tables import quality_findings, sites
from shared.contracts.provenance import Provenance
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable

State = Literal["flagged", "held", "released", "dropped", "superseded"]

#: What may be decided on: a decision can be undone by the other one, until a better value came.
_RELEASABLE: tuple[State, ...] = ("held", "dropped")
_DROPPABLE: tuple[State, ...] = ("held", "flagged", "released")


@dataclass(frozen=True)
class QuarantinedValue:
    """A finding, as a human is shown it; `value` in the unit of its variable."""

    finding_id: int
    site_id: str
    valid_date: date
    variable: Variable
    value: float
    check: str
    reason: str
    state: State
    payload_id: int | None
    found_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None


def list_findings(
    session: Session,
    *,
    finding_ids: Sequence[int] | None = None,
    site_ids: Sequence[str] | None = None,
    check: str | None = None,
    states: Sequence[State] = ("held",),
    limit: int = 1000,
) -> list[QuarantinedValue]:
    """Return findings in these states, the newest days first; by default what is held back."""
    statement = (
        select(quality_findings)
        .where(quality_findings.c.state.in_(states))
        .order_by(quality_findings.c.valid_date.desc(), quality_findings.c.finding_id)
        .limit(limit)
    )
    if finding_ids is not None:
        statement = statement.where(quality_findings.c.finding_id.in_(finding_ids))
    if site_ids is not None:
        statement = statement.where(quality_findings.c.site_id.in_(site_ids))
    if check is not None:
        statement = statement.where(quality_findings.c.check_name == check)
    return [_to_value(row) for row in session.execute(statement)]


def release(session: Session, finding_id: int, *, by: str) -> QuarantinedValue:
    """Take a value out of quarantine: it is stored, and never held again.

    Parameters
    ----------
    by : str
        Who decides.

    Raises
    ------
    FindingRefused
        There is no such finding, it is past deciding, or no place on earth has seen such a value.
    """
    row = _lock(session, finding_id, _RELEASABLE, "released")
    _refuse_impossible(row)
    value = _decide(session, row, "released", by)
    _store(session, row, believed=_single(row))
    return value


def drop(session: Session, finding_id: int, *, by: str) -> QuarantinedValue:
    """Decide that a value is wrong for good: it stays out, and comes out where it is stored.

    Raises
    ------
    FindingRefused
        There is no such finding, or it is past deciding.
    """
    row = _lock(session, finding_id, _DROPPABLE, "dropped")
    value = _decide(session, row, "dropped", by)
    _store(session, row, withdrawn=_single(row))
    return value


def _lock(session: Session, finding_id: int, accepted: Sequence[State], verb: str) -> Row[Any]:
    """Return a finding that nobody else decides on, nor any collection stores, meanwhile."""
    query = select(quality_findings).where(quality_findings.c.finding_id == finding_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise FindingRefused(
            f"There is no finding {finding_id}; `climate quarantine` lists those there are."
        )
    claim_provenance(session, row.site_id, _provenance(session, row.site_id))
    row = session.execute(query).one()
    if row.state not in accepted:
        raise FindingRefused(
            f"Finding {finding_id} is {row.state} and cannot be {verb}; accepted is what is "
            f"{' or '.join(accepted)}."
        )
    return row


def _refuse_impossible(row: Row[Any]) -> None:
    """Raise `FindingRefused` for what cannot be weather: nobody can make training see it."""
    if not is_possible(Variable(row.variable), np.array(row.value)):
        raise FindingRefused(
            f"Finding {row.finding_id} cannot be released: {row.variable} {row.value:g} is outside "
            f"what any place on earth has seen. `climate quarantine drop {row.finding_id}` settles "
            "it; a better value of the source takes its place by itself."
        )


def _decide(session: Session, row: Row[Any], state: State, by: str) -> QuarantinedValue:
    """Write a decision down, for every check that found the same value of the same day."""
    same = (
        (quality_findings.c.site_id == row.site_id)
        & (quality_findings.c.valid_date == row.valid_date)
        & (quality_findings.c.variable == row.variable)
        & (quality_findings.c.value == row.value)
    )
    decided = session.execute(
        update(quality_findings)
        .where(same)
        .values(state=state, resolved_at=func.clock_timestamp(), resolved_by=by)
        .returning(quality_findings)
    )
    return _to_value(next(one for one in decided.all() if one.finding_id == row.finding_id))


def _store(
    session: Session,
    row: Row[Any],
    *,
    believed: DailyHistory | None = None,
    withdrawn: DailyHistory | None = None,
) -> None:
    nothing = DailyHistory(row.valid_date, {Variable(row.variable): np.array([np.nan])})
    changed = store_histories(
        session,
        {row.site_id: believed or nothing},
        provenance=_provenance(session, row.site_id),
        final_until=date.min,  # a decision on a value says nothing about the rest of the day
        withdrawn={row.site_id: withdrawn} if withdrawn is not None else None,
    )
    _announce(session, row.site_id, changed[row.site_id])


def read_again(session: Session, site_id: str, day: date) -> list[date]:
    """Read a day of a place from the newest answer that is kept, and judge and store it anew.

    For after a check or the reading itself was corrected. What was decided about a value stands.

    Returns
    -------
    list of date
        The day, if anything has changed.

    Raises
    ------
    FindingRefused
        No answer that holds the day is kept any more.
    """
    stored = read_stored(session, site_id, day)
    if stored is None:
        raise FindingRefused(
            f"No answer of a source with {day} of {site_id!r} is kept any more: answers are kept "
            "for CLIMATE_PAYLOADS_KEPT."
        )
    answer = PlaceAnswer(
        DailyHistory.from_days({day: stored.values}), (PayloadSpan(day, stored.payload_id),)
    )
    changed = store_answers(
        session,
        {site_id: answer},
        provenance=_provenance(session, site_id),
        final_until=date.min,  # reading again makes nothing final
    )
    _announce(session, site_id, changed[site_id])
    return changed[site_id]


def _announce(session: Session, site_id: str, changed: list[date]) -> None:
    """Announce changed days of a site; those of a ring point follow with its site's next day."""
    centre = session.execute(select(sites.c.centre_id).where(sites.c.site_id == site_id))
    if centre.scalar_one() is None:
        announce(session, site_id, changed, correlation_id=uuid4())


def _provenance(session: Session, site_id: str) -> Provenance:
    provenance = get_site(session, site_id).provenance
    if provenance is None:
        raise FindingRefused(f"Nothing was ever observed at {site_id!r}.")
    return provenance


def _single(row: Row[Any]) -> DailyHistory:
    """Return the history of the value alone."""
    return DailyHistory(row.valid_date, {Variable(row.variable): np.array([row.value])})


def _to_value(row: Row[Any]) -> QuarantinedValue:
    return QuarantinedValue(
        finding_id=row.finding_id,
        site_id=row.site_id,
        valid_date=row.valid_date,
        variable=Variable(row.variable),
        value=row.value,
        check=row.check_name,
        reason=row.reason,
        state=row.state,
        payload_id=row.payload_id,
        found_at=row.found_at,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
    )

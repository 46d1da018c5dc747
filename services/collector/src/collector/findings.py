"""Keeps what the quality checks found, and honours what was decided about it.

flagged ─────────────────────────────┐
held ──release (a human)──> released │ never held again
  │ ───drop (a human)─────> dropped  │ stays out
  └────a value that passes──────────>└──> superseded
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from collector.quality import Finding
from shared.adapters.tables import quality_findings
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import Variable

#: Who resolves a finding when a value that passes takes its place.
COLLECTOR = "collector"


class Spot(NamedTuple):
    """Where a value stands."""

    valid_date: date
    variable: Variable


@dataclass(frozen=True)
class Judged:
    """Days after their judgement.

    Attributes
    ----------
    believed : DailyHistory
        The offered values without those that are held back.
    withheld : DailyHistory
        Those that are held back, NaN elsewhere.
    """

    believed: DailyHistory
    withheld: DailyHistory


def settle(
    session: Session,
    site_id: str,
    offered: DailyHistory,
    found: Iterable[Finding],
    *,
    payload_on: Callable[[date], int | None],
) -> Judged:
    """Write down what the checks found of a place's days; return which values go on.

    Parameters
    ----------
    payload_on : Callable
        Names the payload a day was read from.
    """
    earlier = _earlier(session, site_id, offered)
    decided = {(_spot(row), row.value): row.state for row in earlier}
    held, notes = set(), []
    for finding in found:
        spot = Spot(finding.valid_date, finding.variable)
        state = decided.get((spot, finding.value))
        if state != "released":
            notes.append(_note(site_id, finding, payload_on(finding.valid_date)))
            if finding.verdict == "held":
                held.add(spot)
    held |= {
        spot
        for (spot, value), state in decided.items()
        if state == "dropped" and _offered_at(offered, spot) == value
    }
    _write(session, notes)
    _supersede(session, earlier, offered, held)
    return _parted(offered, held)


def _earlier(session: Session, site_id: str, offered: DailyHistory) -> Sequence[Row[Any]]:
    """Return what was found before of the same days; where it differs, the decision comes last."""
    decided = quality_findings.c.state.in_(["released", "dropped"])
    return session.execute(
        select(quality_findings)
        .where(
            quality_findings.c.site_id == site_id,
            quality_findings.c.valid_date.between(offered.first_date, offered.last_date),
        )
        .order_by(decided)
    ).all()


def _note(site_id: str, finding: Finding, payload_id: int | None) -> dict[str, object]:
    return {
        "site_id": site_id,
        "valid_date": finding.valid_date,
        "variable": finding.variable.value,
        "value": finding.value,
        "check_name": finding.check,
        "reason": finding.reason,
        "state": finding.verdict,
        "payload_id": payload_id,
    }


def _write(session: Session, notes: list[dict[str, object]]) -> None:
    """Write findings down; one that was superseded and comes back is open again."""
    if not notes:
        return
    statement = insert(quality_findings)
    offered = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            constraint="uq_quality_findings_value",
            set_={"state": offered.state, "resolved_at": None, "resolved_by": None},
            where=quality_findings.c.state == "superseded",
        ),
        notes,
    )


def _supersede(
    session: Session, earlier: Iterable[Row[Any]], offered: DailyHistory, held: set[Spot]
) -> None:
    """Close the findings in whose place there is now a value that passes."""
    overtaken = [
        row.finding_id
        for row in earlier
        if row.state in {"held", "flagged"}
        and _spot(row) not in held
        and _takes_the_place_of(_offered_at(offered, _spot(row)), row)
    ]
    if overtaken:
        session.execute(
            update(quality_findings)
            .where(quality_findings.c.finding_id.in_(overtaken))
            .values(state="superseded", resolved_at=func.clock_timestamp(), resolved_by=COLLECTOR)
        )


def _takes_the_place_of(value: float, row: Row[Any]) -> bool:
    """Say whether a value that passes closes a finding; one that is flagged still stands."""
    return not np.isnan(value) and (row.state == "held" or value != row.value)


def _spot(row: Row[Any]) -> Spot:
    return Spot(row.valid_date, Variable(row.variable))


def _offered_at(offered: DailyHistory, spot: Spot) -> float:
    return float(offered.column(spot.variable)[offered.position(spot.valid_date)])


def _parted(offered: DailyHistory, held: set[Spot]) -> Judged:
    believed = {variable: offered.column(variable).copy() for variable in Variable}
    withheld = {variable: np.full(offered.n_days, np.nan) for variable in Variable}
    for spot in held:
        place = offered.position(spot.valid_date)
        withheld[spot.variable][place] = believed[spot.variable][place]
        believed[spot.variable][place] = np.nan
    first = offered.first_date
    return Judged(DailyHistory(first, believed), DailyHistory(first, withheld))

"""What the quality checks held back (the quarantine) or flagged, counted and by example."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from shared.adapters.data_quality.asked import places
from shared.adapters.tables import quality_findings
from shared.forecasting.variables import Variable

#: So many held values of a site are told, the newest.
EXAMPLES_TOLD = 5
#: The states of a finding that still stand; the others were decided on, or have passed since.
STANDING = ("held", "flagged")


@dataclass(frozen=True)
class FindingCount:
    """How many values of a variable a check holds back or flags."""

    state: str
    check_name: str
    variable: Variable
    values: int


@dataclass(frozen=True)
class HeldValue:
    """A value in quarantine."""

    finding_id: int
    site_id: str
    valid_date: date
    variable: Variable
    value: float
    check_name: str
    reason: str
    found_at: datetime


@dataclass(frozen=True)
class Findings:
    """What the checks have found at a site and its ring.

    Attributes
    ----------
    newest : tuple of HeldValue
        The newest `EXAMPLES_TOLD` of the quarantine.
    """

    counts: tuple[FindingCount, ...] = ()
    newest: tuple[HeldValue, ...] = ()

    def total(self, state: str) -> int:
        """Return how many values are in a state."""
        return sum(count.values for count in self.counts if count.state == state)


def findings(session: Session, site_ids: Sequence[str]) -> dict[str, Findings]:
    """Return what stands of the checks' findings, by the id of the site or of the ring's centre."""
    asked = {"site_ids": list(site_ids)}
    counts: dict[str, list[FindingCount]] = {}
    for row in session.execute(_counts(), asked):
        count = FindingCount(row.state, row.check_name, Variable(row.variable), row.values)
        counts.setdefault(row.centre_id, []).append(count)
    newest: dict[str, list[HeldValue]] = {}
    for row in session.execute(_newest_held(), asked):
        newest.setdefault(row.centre_id, []).append(_to_held_value(row))
    return {
        site_id: Findings(tuple(found), tuple(newest.get(site_id, ())))
        for site_id, found in counts.items()
    }


def _counts() -> Select[Any]:
    place = places()
    found = quality_findings.c
    kind = (place.c.centre_id, found.state, found.check_name, found.variable)
    return (
        select(*kind, func.count().label("values"))
        .join(place, place.c.site_id == found.site_id)
        .where(found.state.in_(STANDING))
        .group_by(*kind)
        .order_by(
            place.c.centre_id,
            found.state.desc(),
            func.count().desc(),
            found.check_name,
            found.variable,
        )
    )


def _newest_held() -> Select[Any]:
    place = places()
    newest_first = (quality_findings.c.found_at.desc(), quality_findings.c.finding_id.desc())
    position = func.row_number().over(partition_by=place.c.centre_id, order_by=newest_first)
    ranked = (
        select(quality_findings, place.c.centre_id, position.label("position"))
        .join(place, place.c.site_id == quality_findings.c.site_id)
        .where(quality_findings.c.state == "held")
        .subquery()
    )
    return (
        select(ranked)
        .where(ranked.c.position <= EXAMPLES_TOLD)
        .order_by(ranked.c.centre_id, ranked.c.position)
    )


def _to_held_value(row: Row[Any]) -> HeldValue:
    return HeldValue(
        finding_id=row.finding_id,
        site_id=row.site_id,
        valid_date=row.valid_date,
        variable=Variable(row.variable),
        value=row.value,
        check_name=row.check_name,
        reason=row.reason,
        found_at=row.found_at,
    )

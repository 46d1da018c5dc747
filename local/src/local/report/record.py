"""The record of a policy as plain values: what the tables say, free of any database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from shared.contracts.provenance import Provenance
from shared.contracts.sites import Site
from shared.forecasting.families import Family
from shared.forecasting.variables import Variable
from shared.forecasting.verification import Verified


@dataclass(frozen=True)
class Decision:
    """What was decided of a candidate, or of a champion that was taken back.

    Attributes
    ----------
    is_fault : bool
        The candidate failed what every one must pass; else it was only no better.
    """

    variable: Variable
    kind: str
    outcome: str
    reason: str
    asked_by: str
    decided_at: datetime
    is_fault: bool = False


@dataclass(frozen=True)
class Reign:
    """The time from a promotion on: which model was champion, and how it became so.

    Attributes
    ----------
    kind : str
        `promote`, or `rollback` where an earlier champion came back.
    """

    variable: Variable
    epoch: int
    kind: str
    candidate_id: UUID
    family: Family
    since: datetime


@dataclass(frozen=True)
class Concern:
    """A review that did not find a champion to be fine."""

    variable: Variable
    review_date: date
    outcome: str
    reason: str


@dataclass(frozen=True)
class Drift:
    """Observations or errors that have left what was usual for them, on the day it was told."""

    variable: Variable
    told_on: date
    reason: str


@dataclass(frozen=True)
class Held:
    """Values of a variable that a check held back, by the check and the day they were found."""

    variable: Variable
    check_name: str
    found_on: date
    values: int


@dataclass(frozen=True)
class Silence:
    """Days that were told of late: the source was away, then told of all of them at once."""

    first_date: date
    days: int
    until: date


@dataclass(frozen=True)
class Fan:
    """A champion's forecast as it was issued, with its intervals, by lead."""

    reference_date: date
    value: Sequence[float]
    lower_80: Sequence[float]
    upper_80: Sequence[float]
    lower_95: Sequence[float]
    upper_95: Sequence[float]


@dataclass(frozen=True, eq=False)
class Record:
    """All that a report tells of one policy at one site.

    Attributes
    ----------
    verified : mapping of Variable to Verified
        Only variables of which forecasts of a champion were verified.
    trainings, contenders : int
        How many weeks were trained in, and how many models competed.
    fans : sequence of Fan
        Of `headline`, one a reference date, ascending.
    """

    policy: str
    site: Site
    provenance: Provenance | None
    headline: Variable
    verified: Mapping[Variable, Verified]
    decisions: Sequence[Decision] = ()
    reigns: Sequence[Reign] = ()
    concerns: Sequence[Concern] = ()
    drifts: Sequence[Drift] = ()
    held: Sequence[Held] = ()
    silences: Sequence[Silence] = ()
    fans: Sequence[Fan] = field(default=(), repr=False)
    trainings: int = 0
    contenders: int = 0

    @property
    def first_date(self) -> date:
        """The first day that was verified."""
        return min(_day(one.dates[0]) for one in self.verified.values())

    @property
    def last_date(self) -> date:
        """The last day that was verified."""
        return max(_day(one.dates[-1]) for one in self.verified.values())

    @property
    def promotions(self) -> int:
        """How often a candidate became champion."""
        return sum(reign.kind == "promote" for reign in self.reigns)

    @property
    def rollbacks(self) -> int:
        """How often a champion was taken back."""
        return sum(reign.kind == "rollback" for reign in self.reigns)


def _day(moment: object) -> date:
    return date.fromisoformat(str(moment)[:10])

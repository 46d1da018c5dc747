"""Which findings a human decides about, by number or all of a kind, and the decision itself."""

import getpass
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

import typer
from sqlalchemy.orm import Session

from collector.quarantine import QuarantinedValue, State, list_findings
from local.command.records import session_of
from local.stack.running import Stack
from shared.adapters.sites import get_site, list_ring
from shared.errors import ClimateError

ALL_STATES: tuple[State, ...] = get_args(State)
#: So many values can be decided about at once.
_MOST = 10_000

Decision = Callable[..., QuarantinedValue]


class NothingChosen(ClimateError):
    """A decision about nothing."""


@dataclass(frozen=True)
class Choice:
    """What is to be decided about: findings by their numbers, or all that are held of a kind.

    Attributes
    ----------
    needs_leave : bool
        Whether to ask before deciding about all of a kind.
    """

    numbers: tuple[int, ...]
    site: str | None
    check: str | None
    needs_leave: bool

    @property
    def is_of_a_kind(self) -> bool:
        """Whether all of a kind are meant."""
        return not self.numbers


def decide(choice: Choice, decision: Decision, verb: str, stack: Stack) -> str:
    """Decide about everything chosen, all or nothing; return how much it was.

    Raises
    ------
    NothingChosen
        Nothing is chosen, or nothing of the kind is held back.
    FindingRefused
        A finding does not exist, or is past deciding.
    """
    with session_of(stack) as session:
        found = _chosen(session, choice)
        if choice.is_of_a_kind and choice.needs_leave:
            typer.confirm(f"{verb} {_count(len(found))}?", abort=True)
        for finding_id in found:
            decision(session, finding_id, by=getpass.getuser())
    return _count(len(found))


def neighbourhood(session: Session, site_id: str) -> list[str]:
    """Return the ids of a site and the points of its ring; raises `SiteUnknown`."""
    get_site(session, site_id)
    return [site_id, *(point.point.site_id for point in list_ring(session, site_id))]


def _chosen(session: Session, choice: Choice) -> list[int]:
    """Return one finding for each value: several checks may have found the same one."""
    if not choice.is_of_a_kind:
        found = list_findings(session, finding_ids=choice.numbers, states=ALL_STATES, limit=_MOST)
        unknown = set(choice.numbers) - {value.finding_id for value in found}
        return [*_one_a_value(found), *sorted(unknown)]  # deciding says what is wrong with these
    if choice.site is None and choice.check is None:
        raise NothingChosen(
            "Say about which values: by their numbers (`climate quarantine` lists them), or all "
            "that are held back by --site or --check."
        )
    places = neighbourhood(session, choice.site) if choice.site else None
    found = list_findings(session, site_ids=places, check=choice.check, limit=_MOST)
    if not found:
        raise NothingChosen("Nothing of this kind is held back, so there is nothing to decide.")
    return _one_a_value(found)


def _one_a_value(found: list[QuarantinedValue]) -> list[int]:
    values = {(one.site_id, one.valid_date, one.variable, one.value): one for one in found}
    return [one.finding_id for one in values.values()]


def _count(number: int) -> str:
    return f"{number:,} value{'' if number == 1 else 's'}"

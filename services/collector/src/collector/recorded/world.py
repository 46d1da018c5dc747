"""What the server of recorded weather knows: what day it is, its orders, and what it was asked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from collector.recorded.library import Library
from collector.recorded.rules import ErrorCase, Rule
from collector.recorded.sections import Sections
from collector.stand_in.hosts import utc_today
from collector.stand_in.query import Query

_SERIES_IN_A_CALL, _DAYS_IN_A_CALL = 10, 14


class Asked(NamedTuple):
    """A request, and what became of it; a request that cannot be understood weighs 1."""

    today: date
    path: str
    status: int
    weight: float
    n_places: int = 0
    first: date | None = None
    last: date | None = None
    fault: str | None = None


@dataclass(eq=False)
class World:
    """The state of the server; tests change it at will, from any thread.

    Attributes
    ----------
    today : date or None
        The day it is said to be; None is the wall clock's (UTC).
    rules : list of Rule
        The misbehaviour in force; of several that could happen, the first does.
    asked : list of Asked
        Every request so far.
    most_open : int
        The most requests that were being answered at the same time.
    """

    library: Library
    error_cases: Sequence[ErrorCase] = ()
    today: date | None = None
    rules: list[Rule] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    most_open: int = 0
    sections: Sections = field(default_factory=Sections)
    _met: Counter[Rule] = field(default_factory=Counter)

    def day(self) -> date:
        """Return what day it is."""
        return self.today or utc_today()

    def misbehave(self, *rules: Rule) -> None:
        """Put rules in force in place of those there were."""
        self.rules = list(rules)
        self._met.clear()

    def behave(self) -> None:
        """Answer as one should."""
        self.misbehave()

    def forget(self) -> None:
        """Begin a new record of requests."""
        self.asked.clear()
        self.most_open = 0

    def next_fault(self, path: str) -> Rule | None:
        """Return the rule that the next request meets; to be called once a request."""
        happening = None
        for rule in self.rules:
            if not rule.concerns(path, self.day()):
                continue
            if rule.happens(self._met[rule]) and happening is None:
                happening = rule
            self._met[rule] += 1
        return happening

    def weight(self, day: date | None = None) -> float:
        """Return the weight of all requests so far, or of those of one day."""
        return sum(asked.weight for asked in self.asked if day in {None, asked.today})


def weight_of(query: Query) -> float:
    """Return how many calls the source counts a request as; a failed one counts 1."""
    days = (query.last - query.first).days + 1
    calls = len(query.series) / _SERIES_IN_A_CALL
    return len(query.places) * max(1.0, calls, days / _DAYS_IN_A_CALL * calls)

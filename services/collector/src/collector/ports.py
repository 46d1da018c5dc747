"""What the collector needs from outside; adapters and the tests' fakes satisfy it by structure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from math import isnan
from typing import Protocol

from collector.errors import SourceRefused
from shared.contracts.sites import Site
from shared.forecasting.history import DailyHistory
from shared.forecasting.inputs.guidance import Guidance
from shared.forecasting.variables import Variable

#: The values of a day; None where the source has none.
DayValues = Mapping[Variable, float | None]
#: UTC days with their values.
Days = Mapping[date, DayValues]

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time of the wall clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class DaysRequest:
    """Which days of which places are wanted.

    Attributes
    ----------
    places : tuple of Site
        Sites and points of rings alike, each at most once.
    first, last : date
        UTC days, both included; for guidance these are reference dates.
    leaves_reserve : bool
        Whether this can wait: then it leaves the reserve of the source's budget to what cannot.
    """

    places: tuple[Site, ...]
    first: date
    last: date
    leaves_reserve: bool = False


@dataclass(frozen=True)
class PayloadSpan:
    """From which day on an answer was read from which stored payload."""

    first: date
    payload_id: int


@dataclass(frozen=True)
class PlaceAnswer:
    """What a source says of one place.

    Attributes
    ----------
    history : DailyHistory or None
        Every variable on every day asked for, NaN where the source has nothing; values are not
        checked yet. None where there is a problem.
    payloads : tuple of PayloadSpan
        What the answer was read from, by day.
    problem : SourceRefused or None
        Why nothing can be made of the answer for this place; another try will not change it.
    """

    history: DailyHistory | None
    payloads: tuple[PayloadSpan, ...] = ()
    problem: SourceRefused | None = None

    def payload_on(self, day: date) -> int | None:
        """Return the payload a day was read from."""
        return _payload_on(self.payloads, day)


@dataclass(frozen=True)
class GuidanceAnswer:
    """What weather models forecast for one place.

    Attributes
    ----------
    guidance : Guidance or None
        The five forecast variables for every reference date asked for and seven leads, NaN where
        there was no forecast. None where there is a problem.
    payloads : tuple of PayloadSpan
        What the answer was read from, by reference date.
    problem : SourceRefused or None
        As of a `PlaceAnswer`.
    """

    guidance: Guidance | None
    payloads: tuple[PayloadSpan, ...] = ()
    problem: SourceRefused | None = None

    def payload_on(self, day: date) -> int | None:
        """Return the payload a reference date was read from."""
        return _payload_on(self.payloads, day)


class ObservationSource(Protocol):
    """Where observations come from."""

    def fetch(self, request: DaysRequest) -> Mapping[str, PlaceAnswer]:
        """Return the answer for each place, by its site id.

        Raises
        ------
        SourceUnavailable
            There is no usable answer for now; `retry_after` says until when, if that is known.
        """
        ...

    def guidance(self, request: DaysRequest) -> Mapping[str, GuidanceAnswer]:
        """Return what was forecast for each place on reference dates, by site id.

        Raises
        ------
        SourceUnavailable
            As of `fetch`.
        """
        ...

    def answers(self) -> bool:
        """Say, within seconds, whether the source can be reached at all."""
        ...


class Outcome(StrEnum):
    """What came of a request."""

    ANSWERED = "answered"  # a complete answer; what is in it is another matter
    REFUSED = "refused"  # "not this": asking again changes nothing
    EXHAUSTED = "exhausted"  # "not now": the budget is used up
    UNAVAILABLE = "unavailable"  # no answer, or a broken one: a fault that may pass


@dataclass(frozen=True)
class Payload:
    """A request to a source and the answer to it, as it came.

    Attributes
    ----------
    source : str
        Whom was asked.
    url : str
        The whole request, without any key.
    site_ids : tuple of str
        The places, in the order they were asked for.
    first, last : date
        The days that were asked for.
    weight : float
        Calls it took of the source's budget.
    status : int or None
        Of HTTP; None where no answer came.
    body : bytes or None
        The answer; None where none came.
    problem : str or None
        Why nothing could be made of it.
    """

    source: str
    url: str
    site_ids: tuple[str, ...]
    first: date
    last: date
    weight: float
    outcome: Outcome
    status: int | None = None
    body: bytes | None = None
    problem: str | None = None


class PayloadStore(Protocol):
    """Where every answer is kept before anyone reads it."""

    def keep(self, payload: Payload) -> int:
        """Store an answer in a transaction of its own; return its id."""
        ...

    def note_problem(self, payload_id: int, outcome: Outcome, problem: str) -> None:
        """Write down what turned out to be wrong when a stored answer was read."""
        ...


def days_of(history: DailyHistory) -> Days:
    """Return a history day by day, None where a value is missing."""
    names = tuple(history.values)
    columns = [history.values[name].tolist() for name in names]
    return {
        day: {n: None if isnan(v) else v for n, v in zip(names, row, strict=True)}
        for day, row in zip(history.dates.tolist(), zip(*columns, strict=True), strict=True)
    }


def is_empty(values: DayValues) -> bool:
    """Say whether nothing is known of a day."""
    return all(value is None for value in values.values())


def _payload_on(spans: tuple[PayloadSpan, ...], day: date) -> int | None:
    begun = [span for span in spans if span.first <= day]
    return max(begun, key=lambda span: span.first).payload_id if begun else None

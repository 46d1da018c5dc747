"""What the collector needs from outside; adapters and the tests' fakes satisfy it by structure."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Protocol

from shared.contracts.sites import Site
from shared.forecasting.variables import Variable

#: The values of a day; None where the source has none.
DayValues = Mapping[Variable, float | None]
#: UTC days with their values.
Days = Mapping[date, DayValues]

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time of the wall clock."""
    return datetime.now(UTC)


class ObservationSource(Protocol):
    """Where observations come from."""

    def fetch(self, site: Site, first: date, last: date) -> Days:
        """Return every day from the first to the last.

        Raises
        ------
        SourceUnavailable, SourceRefused
            There is no usable answer.
        """
        ...

    def answers(self) -> bool:
        """Say, within seconds, whether the source can be reached at all."""
        ...


def is_empty(values: DayValues) -> bool:
    """Say whether nothing is known of a day."""
    return all(value is None for value in values.values())

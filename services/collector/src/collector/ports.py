"""What the collector needs from outside; adapters and the tests' fakes satisfy it by structure."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from shared.contracts.sites import Site
from shared.forecasting.variables import Variable

#: The values of a day; None where the source has none.
DayValues = Mapping[Variable, float | None]
#: UTC days with their values.
Days = Mapping[date, DayValues]


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

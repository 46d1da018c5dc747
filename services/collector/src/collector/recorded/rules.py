"""When a fault happens: on which host, between which days, to which request and place."""

from datetime import date
from pathlib import Path

import msgspec

from collector.recorded.faults import Fault
from shared.errors import ConfigurationError


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fault and its occasion; what is not said does not matter.

    Attributes
    ----------
    path : str
        Only at this path, such as `/v1/archive`.
    since, until : date
        Only while today is one of these days, both included.
    skip, times : int
        Only after so many requests that would have met it; and then so many times.
    place : int
        Only the answer for this place of a request, counted from 0.
    variable : str
        Only the values of this series.
    case : int
        Which error case, counted from 1.
    seconds : float
        How long a delay is.
    """

    fault: Fault
    path: str | None = None
    since: date | None = None
    until: date | None = None
    skip: int = 0
    times: int | None = None
    place: int | None = None
    variable: str | None = None
    case: int = 1
    seconds: float = 1.0

    def concerns(self, path: str, today: date) -> bool:
        """Say whether a request could meet this rule, whichever number it has."""
        return (
            self.path in {None, path}
            and (self.since is None or self.since <= today)
            and (self.until is None or today <= self.until)
        )

    def happens(self, n_before: int) -> bool:
        """Say whether it happens to a request after so many that could have met it."""
        return self.skip <= n_before and (self.times is None or n_before < self.skip + self.times)


class ErrorCase(msgspec.Struct, frozen=True):
    """An error answer of the source, as it was recorded."""

    http_status: int
    content_type: str
    body: dict[str, object] | str | None = None
    body_tail: str | None = None

    def content(self, complete: bytes) -> bytes:
        """Return the body; one that broke off begins as the complete answer does."""
        if self.body_tail is not None:
            return complete[: len(complete) // 2] + self.body_tail.encode()
        if isinstance(self.body, str):
            return self.body.encode()
        return msgspec.json.encode(self.body)


def read_error_cases(path: Path) -> list[ErrorCase]:
    """Return the error cases of a JSON file.

    Raises
    ------
    ConfigurationError
        There is no such file, or it holds something else.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[ErrorCase])
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigurationError(f"No error cases can be read from {path}: {error}.") from error

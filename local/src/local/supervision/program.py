"""A process that the supervisor keeps running."""

from dataclasses import dataclass
from enum import IntEnum
from signal import SIGTERM, Signals


class Group(IntEnum):
    """Processes that start and stop together; a later group stops before an earlier one."""

    SERVERS = 1
    SERVICES = 2


@dataclass(frozen=True)
class Program:
    """A process that the supervisor keeps running.

    Attributes
    ----------
    stop_signal : Signals
        Asks the process to end.
    stop_seconds : int
        After so long it is killed. Nothing is lost then: the ledger gives its work to others.
    """

    name: str
    group: Group
    command: tuple[str, ...]
    stop_signal: Signals = SIGTERM
    stop_seconds: int = 10

    @property
    def full_name(self) -> str:
        """Name by which the supervisor knows the process."""
        return f"{self.group.name.lower()}:{self.name}"

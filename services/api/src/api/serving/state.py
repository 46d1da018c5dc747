"""The one place where the served snapshot is kept, and what is known of this process's links."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from api.serving.snapshot import Snapshot
from shared.forecasting.variables import Variable

ModelKey = tuple[str, Variable]


@dataclass(frozen=True)
class ReloadFailure:
    """A champion that could not be loaded; the model before it keeps serving.

    Attributes
    ----------
    retry_at : datetime
        Not tried again before; the pause doubles with each attempt.
    """

    site_id: str
    variable: Variable
    epoch: int
    candidate_id: UUID
    reason: str
    attempts: int
    failed_at: datetime
    retry_at: datetime


@dataclass
class Link:
    """What is known of the connection to something outside, from its last use.

    Attributes
    ----------
    used_at : datetime or None
        When it last answered.
    error : str or None
        Why it does not answer now; None while it does.
    failing_since : datetime or None
    """

    now: Callable[[], datetime]
    used_at: datetime | None = None
    error: str | None = None
    failing_since: datetime | None = None

    def succeeded(self) -> None:
        """Note that it has answered."""
        self.used_at, self.error, self.failing_since = self.now(), None, None

    def failed(self, error: Exception) -> None:
        """Note that it has not."""
        self.error = f"{type(error).__name__}: {error}".splitlines()[0]
        self.failing_since = self.failing_since or self.now()


@dataclass
class ServingState:
    """What every request reads: one reference to a snapshot, swapped by the reloading thread.

    Attributes
    ----------
    reloaded_at : datetime or None
        When a snapshot was last swapped in.
    reloads : int
        How often that was.
    is_complete : bool
        Whether every site has been looked at once: before that, one that is not there may be soon.
    failures : mapping of (site id, variable) to ReloadFailure
        Replaced as a whole, like the snapshot.
    """

    now: Callable[[], datetime]
    snapshot: Snapshot = field(default_factory=Snapshot)
    reloaded_at: datetime | None = None
    reloads: int = 0
    is_complete: bool = False
    failures: Mapping[ModelKey, ReloadFailure] = field(default_factory=lambda: MappingProxyType({}))
    database: Link = field(init=False)
    stream: Link = field(init=False)

    def __post_init__(self) -> None:
        self.database, self.stream = Link(self.now), Link(self.now)

    @property
    def is_ready(self) -> bool:
        """Whether requests may be sent here."""
        return self.is_complete and bool(self.snapshot.sites)

    def swap(self, snapshot: Snapshot) -> None:
        """Serve another snapshot from now on; requests under way finish on theirs."""
        self.snapshot = snapshot
        self.reloaded_at = self.now()
        self.reloads += 1

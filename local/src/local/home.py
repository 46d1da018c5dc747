"""Where everything of one native stack is kept, and what is remembered about it.

Two stacks with two homes live side by side and share nothing.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from local.ports import Listener
from shared.errors import ClimateError

DEFAULT_HOME = Path(".data")


class HomeUnusable(ClimateError):
    """The folder everything is to be kept in cannot be had."""

    def __init__(self, root: Path, error: OSError) -> None:
        super().__init__(
            f"Nothing can be kept in {root}: {error.strerror}. Name another folder with --home or "
            "CLIMATE_HOME."
        )


@dataclass(frozen=True)
class Home:
    """The folders and files below `CLIMATE_HOME`."""

    root: Path

    @classmethod
    def at(cls, given: Path | None) -> "Home":
        """Return the home that was given, else the environment's, else `.data` here."""
        root = given or Path(os.environ.get("CLIMATE_HOME") or DEFAULT_HOME)
        return cls(root.expanduser().absolute())

    @property
    def secrets(self) -> Path:
        """Folder of the generated passwords and of the addresses that contain them."""
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        """Folder of one log file a process."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Folder of what only matters while the stack runs; working directory of its processes."""
        return self.root / "run"

    @property
    def postgres(self) -> Path:
        """Folder of PostgreSQL's files."""
        return self.root / "postgres"

    @property
    def redis(self) -> Path:
        """Folder of Redis's files."""
        return self.root / "redis"

    @property
    def lock(self) -> Path:
        """File that is locked while the stack runs."""
        return self.run / "stack.lock"

    @property
    def configuration(self) -> Path:
        """File the supervisor reads."""
        return self.run / "supervisor.conf"

    @property
    def record(self) -> Path:
        """File in which `StackRecord` is kept."""
        return self.root / "stack.json"

    def exists(self) -> bool:
        """Say whether a stack was ever started here."""
        return self.record.exists()

    def prepare(self) -> None:
        """Create the folders, closed to others; raises `HomeUnusable`."""
        try:
            for folder in (self.root, self.secrets, self.logs, self.run):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise HomeUnusable(self.root, error) from error


@dataclass(frozen=True)
class StackRecord:
    """What the commands need to know about a stack that another process started.

    Attributes
    ----------
    ports : mapping of Listener to int
        Where its processes listen; wanted again at the next start.
    source : str
        The `CLIMATE_SOURCE` it was started with.
    supervisor_pid : int
        The supervisor's process id.
    """

    ports: Mapping[Listener, int]
    source: str
    supervisor_pid: int = 0

    def url(self, listener: Listener) -> str:
        """Return the address of a process that speaks HTTP."""
        return f"http://127.0.0.1:{self.ports[listener]}"

    def save(self, home: Home) -> None:
        """Write the record in one go, so that a reader never sees half of it."""
        unfinished = home.record.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        unfinished.replace(home.record)

    @classmethod
    def load(cls, home: Home) -> "StackRecord | None":
        """Return the record of the stack last started here, if there is one."""
        try:
            found = json.loads(home.record.read_text(encoding="utf-8"))
            ports = {listener: int(found["ports"][listener]) for listener in Listener}
            return cls(ports, str(found["source"]), int(found["supervisor_pid"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

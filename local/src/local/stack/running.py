"""A native stack that was started, by this process or another: what is known of it, and its end."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psutil

from local.home import Home, StackRecord
from local.ports import Listener
from local.secrets import Secret, read_secret
from local.supervision.client import SupervisorClient, SupervisorGone
from local.supervision.leftovers import end_leftovers
from local.supervision.lock import StackLock
from shared.errors import ClimateError

if TYPE_CHECKING:
    import subprocess

STOP_SECONDS = 90


class NothingRuns(ClimateError):
    """A command needs a running stack, and there is none."""

    def __init__(self, home: Home) -> None:
        super().__init__(
            f"Nothing is running in {home.root}. `climate up` starts it; for a stack kept "
            "elsewhere, set CLIMATE_HOME or give --home."
        )


@dataclass(frozen=True)
class Stack:
    """A stack and where it is kept.

    Attributes
    ----------
    child : Popen or None
        Its supervisor, if this process started it.
    """

    home: Home
    record: StackRecord
    child: "subprocess.Popen[bytes] | None" = None

    @classmethod
    def at(cls, home: Home) -> "Stack | None":
        """Return the stack that was last started in a home, running or not."""
        record = StackRecord.load(home)
        return None if record is None else cls(home, record)

    @classmethod
    def running_at(cls, home: Home) -> "Stack":
        """Return the stack that is running in a home; raises `NothingRuns`."""
        stack = cls.at(home)
        if stack is None or not stack.is_running():
            raise NothingRuns(home)
        return stack

    @property
    def supervisor(self) -> SupervisorClient:
        """The supervisor that keeps its processes running."""
        password = read_secret(self.home.secrets, Secret.SUPERVISOR_PASSWORD)
        return SupervisorClient(self.record.ports[Listener.SUPERVISOR], password)

    @property
    def database_url(self) -> str:
        """The address of the system's database, password included."""
        return read_secret(self.home.secrets, Secret.DATABASE_URL)

    def is_running(self) -> bool:
        """Say whether its supervisor is at work: not on its way up or down."""
        try:
            return StackLock(self.home.lock).is_held() and self.supervisor.is_running()
        except SupervisorGone:
            return False

    def started_at(self) -> datetime:
        """Return when the first of its processes was started."""
        times = [process.started_at for process in self.supervisor.processes()]
        return datetime.fromtimestamp(min(filter(None, times), default=0), tz=UTC)

    def stop(self) -> None:
        """End every process, in order; return when none is left."""
        process = self._supervisor_process()
        try:
            self.supervisor.shut_down()
        except SupervisorGone:
            if process:
                process.terminate()
        if process:
            _await_end(process)
        if self.child:
            self.child.wait()
        end_leftovers(self.home)

    def _supervisor_process(self) -> psutil.Process | None:
        try:
            process = psutil.Process(self.record.supervisor_pid)
            return process if str(self.home.configuration) in process.cmdline() else None
        except psutil.Error:
            return None


def _await_end(process: psutil.Process) -> None:
    try:
        process.wait(STOP_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)

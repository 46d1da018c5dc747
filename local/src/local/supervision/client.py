"""Talks to a running supervisor over its XML-RPC interface (https://supervisord.org/api.html)."""

import http.client
import xmlrpc.client
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from local.supervision.configuration import USER
from local.supervision.program import Program

TIMEOUT_SECONDS = 5
# supervisor.xmlrpc.Faults
_SHUTTING_DOWN = 6
_ALREADY_STARTED = 60


class ProcessState(StrEnum):
    """The supervisor's names of a process's states."""

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    BACKOFF = "BACKOFF"
    STOPPING = "STOPPING"
    EXITED = "EXITED"
    FATAL = "FATAL"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class ProcessInfo:
    """One process as the supervisor sees it.

    Attributes
    ----------
    pid : int
        0 while it does not run.
    started_at : int
        Seconds since the epoch; a restart changes it.
    """

    name: str
    state: ProcessState
    pid: int
    started_at: int
    description: str


class SupervisorGone(Exception):
    """The supervisor does not answer."""


class _Impatient(xmlrpc.client.Transport):
    """A transport that gives up on a supervisor that does not answer."""

    def make_connection(self, host: Any) -> http.client.HTTPConnection:  # noqa: ANN401 - as the base
        """Return a connection with a time limit."""
        connection = super().make_connection(host)
        connection.timeout = TIMEOUT_SECONDS
        return connection


class SupervisorClient:
    """The supervisor of one stack; every method raises `SupervisorGone`."""

    def __init__(self, port: int, password: str) -> None:
        self._address = f"http://{USER}:{password}@127.0.0.1:{port}/RPC2"

    def is_running(self) -> bool:
        """Say whether the supervisor is at work: not on its way up or down."""
        return bool(self._call("getState")["statename"] == "RUNNING")

    def processes(self) -> list[ProcessInfo]:
        """Return every process, by name."""
        return [
            ProcessInfo(
                name=info["name"],
                state=ProcessState(info["statename"]),
                pid=info["pid"],
                started_at=info["start"],
                description=info["description"],
            )
            for info in self._call("getAllProcessInfo")
        ]

    def start(self, program: Program) -> None:
        """Start a process without waiting for it; nothing happens if it runs already."""
        try:
            self._call("startProcess", program.full_name, False)  # noqa: FBT003 - the interface is positional
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != _ALREADY_STARTED:
                raise

    def shut_down(self) -> None:
        """Ask the supervisor to stop all processes in order, then itself; returns at once."""
        self._call("shutdown")

    def _call(self, method: str, *arguments: object) -> Any:  # noqa: ANN401 - as XML-RPC answers
        try:
            with xmlrpc.client.ServerProxy(self._address, transport=_Impatient()) as proxy:
                return getattr(proxy.supervisor, method)(*arguments)
        except (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError) as error:
            raise SupervisorGone(str(error)) from error
        except xmlrpc.client.Fault as fault:
            if fault.faultCode == _SHUTTING_DOWN:
                raise SupervisorGone("it is shutting down") from fault
            raise

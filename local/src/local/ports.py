"""The TCP ports of the native stack: one table of the preferred ones, and how others are found."""

import socket
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

HOST: Final = "127.0.0.1"


class Listener(StrEnum):
    """A process that listens on a port of its own."""

    API = "api"
    FLOWER = "flower"
    MLFLOW = "mlflow"
    POSTGRES = "postgres"
    REDIS = "redis"
    SIMULATOR = "simulator"
    SUPERVISOR = "supervisor"


PREFERRED: Final[Mapping[Listener, int]] = {
    Listener.API: 8000,
    Listener.FLOWER: 5555,
    Listener.MLFLOW: 5000,
    Listener.POSTGRES: 5432,
    Listener.REDIS: 6379,
    Listener.SIMULATOR: 8010,
    Listener.SUPERVISOR: 9001,
}

HIGHEST: Final = 65536
#: So many ports above the wanted one are looked at, then all from here on.
SEARCH: Final = 100
SEARCH_FROM: Final = 20000


def is_free(port: int) -> bool:
    """Say whether nothing listens on a port, on any address of this machine."""
    for address in (HOST, ""):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            # As the servers do: a port whose last connections only linger is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


class PortClaims:
    """The ports a stack has chosen, claimed before its processes listen on them.

    Two stacks that start at the same time would otherwise choose the same free ports. A claim is a
    name in the kernel (an abstract Unix socket, Linux only): it is gone with the last process that
    holds it, and leaves no file.
    """

    def __init__(self) -> None:
        self._claims: list[socket.socket] = []

    @property
    def descriptors(self) -> list[int]:
        """The open files that are the claims; whoever inherits them holds the claims as well."""
        return [claim.fileno() for claim in self._claims]

    def take(self, port: int) -> bool:
        """Claim a port if nothing listens on it and nobody has claimed it; say whether we did."""
        return is_free(port) and (sys.platform != "linux" or self._take_name(f"\0climate/{port}"))

    def _take_name(self, name: str) -> bool:
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            claim.bind(name)
        except OSError:
            claim.close()
            return False
        self._claims.append(claim)
        return True

    def release(self) -> None:
        """Give up the claims; who inherited them still has them."""
        while self._claims:
            self._claims.pop().close()


def any_free_port() -> int:
    """Return a port that nothing listens on, chosen by the operating system."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def choose_ports(
    wanted: Mapping[Listener, int], *, take: Callable[[int], bool]
) -> dict[Listener, int]:
    """Return a port for every listener: the wanted one, or the next one above it to be had."""
    chosen: dict[Listener, int] = {}
    for listener, first in wanted.items():
        candidates = (*range(first, min(first + SEARCH, HIGHEST)), *range(SEARCH_FROM, HIGHEST))
        chosen[listener] = next(
            port for port in candidates if port not in chosen.values() and take(port)
        )
    return chosen

"""Runs the simulator as a process of its own."""

from urllib.parse import urlsplit

import uvicorn

from collector.simulator.app import create_app
from shared.adapters.logging import configure_logging

DEFAULT_PORT = 8090
_GRACE_SECONDS = 5


def run_simulator(*, host: str, port: int) -> None:
    """Answer over HTTP until the process is told to stop."""
    configure_logging("simulator")
    uvicorn.run(
        create_app(),
        host=host,
        port=port,
        log_config=None,  # logging is set up already
        access_log=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def port_of(url: str | None) -> int:
    """Return the port the simulator is asked at: that of its address, where one is set."""
    return (urlsplit(url).port if url else None) or DEFAULT_PORT

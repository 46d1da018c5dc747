"""Runs Celery beat: the one process that says "now", every few seconds."""

import structlog
from celery import Celery
from celery.signals import setup_logging

from shared.adapters.logging import configure_logging
from shared.contracts.schedule import TICK_INTERVAL

log = structlog.get_logger()


def run_scheduler(app: Celery) -> None:
    """Send ticks until the process is told to stop; a second scheduler does no harm."""
    configure_logging("scheduler")
    # A connected receiver keeps Celery from setting up logging of its own.
    setup_logging.connect(_keep_our_logging, weak=False)
    log.info("sending ticks", every_seconds=TICK_INTERVAL.total_seconds())
    app.start(["--quiet", "beat"])  # quiet: without its banner


def _keep_our_logging(**_signal: object) -> None:
    """Leave logging as `configure_logging` has set it up."""

"""Runs Celery beat: the one process that says "now", every few seconds."""

import structlog
from celery import Celery

from shared.adapters.celery import configure_celery_logging
from shared.adapters.pulse import show_scheduler_pulse
from shared.contracts.schedule import TICK_INTERVAL
from shared.settings import HealthSettings, load

log = structlog.get_logger()


def run_scheduler(app: Celery) -> None:
    """Send ticks until the process is told to stop; a second scheduler does no harm."""
    configure_celery_logging("scheduler")
    show_scheduler_pulse(load(HealthSettings).health_port)
    log.info("sending ticks", every_seconds=TICK_INTERVAL.total_seconds())
    app.start(["--quiet", "beat"])  # quiet: without its banner

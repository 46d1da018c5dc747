"""`python -m trainer`: the worker on the queue `trainer`, one fit at a time."""

import signal
import sys
from types import FrameType

from celery.exceptions import WorkerShutdown
from celery.signals import worker_ready

from shared.errors import ConfigurationError


def main() -> None:
    """Work until told to stop."""
    try:
        from trainer.celery_app import app  # noqa: PLC0415 - building it reads the settings
    except ConfigurationError as error:
        sys.exit(str(error))
    from shared.adapters.celery import run_worker  # noqa: PLC0415 - as above
    from shared.contracts.queues import Service  # noqa: PLC0415 - as above

    worker_ready.connect(_stop_at_once)
    run_worker(app, Service.TRAINER)


def _stop_at_once(**_signal: object) -> None:
    """Leave a fit when told to stop: its job goes back to the ledger, its trials stay in Optuna.

    Celery's own handler would wait for the end of the task.
    """
    signal.signal(signal.SIGTERM, _leave)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise WorkerShutdown(0)


if __name__ == "__main__":
    main()

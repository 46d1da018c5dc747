"""`python -m registry_gate`: the worker on the queue `registry-gate`."""

import sys

from shared.errors import ConfigurationError


def main() -> None:
    """Work until told to stop."""
    try:
        from registry_gate.celery_app import app  # noqa: PLC0415 - building it reads the settings
    except ConfigurationError as error:
        sys.exit(str(error))
    from shared.adapters.celery import run_worker  # noqa: PLC0415 - as above
    from shared.contracts.queues import Service  # noqa: PLC0415 - as above

    run_worker(app, Service.REGISTRY_GATE)


if __name__ == "__main__":
    main()

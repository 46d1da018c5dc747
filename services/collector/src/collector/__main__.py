"""`python -m collector`: the worker on the queue `collector`, the simulator, or the scheduler."""

import argparse
import sys

from shared.errors import ConfigurationError


def main(arguments: list[str] | None = None) -> None:
    """Run the process asked for until it is told to stop."""
    asked = _parser().parse_args(arguments)
    try:
        asked.run(asked)
    except ConfigurationError as error:
        sys.exit(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m collector", description=__doc__)
    parser.set_defaults(run=_work)
    processes = parser.add_subparsers(title="instead of the worker")
    simulator = processes.add_parser("simulator", help="serve simulated weather over HTTP")
    simulator.add_argument("--host", default="127.0.0.1", help="address to listen at")
    simulator.add_argument("--port", type=int, help="default: that of CLIMATE_SIMULATOR_URL")
    simulator.set_defaults(run=_simulate)
    scheduler = processes.add_parser("scheduler", help="send every worker its ticks")
    scheduler.set_defaults(run=_schedule)
    return parser


# Imported where they run: building the Celery app reads the settings, and the simulator needs none.
# ruff: noqa: PLC0415


def _work(_asked: argparse.Namespace) -> None:
    from collector.celery_app import app
    from shared.adapters.celery import run_worker
    from shared.adapters.timezones import use_packaged_timezones
    from shared.contracts.queues import Service

    use_packaged_timezones()
    run_worker(app, Service.COLLECTOR)


def _simulate(asked: argparse.Namespace) -> None:
    from collector.settings import SimulatorSettings
    from collector.simulator.server import port_of, run_simulator
    from shared.settings import load

    run_simulator(
        host=asked.host, port=asked.port or port_of(load(SimulatorSettings).simulator_url)
    )


def _schedule(_asked: argparse.Namespace) -> None:
    from collector.celery_app import app
    from collector.scheduler import run_scheduler

    run_scheduler(app)


if __name__ == "__main__":
    main()

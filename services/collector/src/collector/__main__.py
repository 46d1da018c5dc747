"""`python -m collector`: the worker on the queue `collector`, or one of the processes beside it."""

import argparse
import sys
from datetime import date
from pathlib import Path

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
    recorded = processes.add_parser("recorded", help="serve recorded weather over HTTP")
    recorded.add_argument("--host", default="127.0.0.1", help="address to listen at")
    recorded.add_argument("--port", type=int, default=8091)
    recorded.add_argument(
        "--data", type=Path, required=True, help="folder of places.csv and <place>/daily.csv"
    )
    recorded.add_argument("--errors", type=Path, help="JSON file of error cases to misbehave with")
    recorded.add_argument(
        "--copies", action="store_true", help="answer for positions without a recording as well"
    )
    recorded.add_argument("--today", type=date.fromisoformat, help="default: the clock's")
    recorded.set_defaults(run=_replay_recordings)
    scheduler = processes.add_parser("scheduler", help="send every worker its ticks")
    scheduler.set_defaults(run=_schedule)
    brought = processes.add_parser("import", help="import observations of a site from a file")
    brought.add_argument("file", type=Path)
    brought.add_argument("--site", required=True)
    brought.set_defaults(run=_import)
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


def _replay_recordings(asked: argparse.Namespace) -> None:
    from collector.recorded.server import Repertoire, run_recorded

    repertoire = Repertoire(asked.data, asked.errors, copies=asked.copies, today=asked.today)
    run_recorded(repertoire, host=asked.host, port=asked.port)


def _schedule(_asked: argparse.Namespace) -> None:
    from collector.celery_app import app
    from collector.scheduler import run_scheduler

    run_scheduler(app)


def _import(asked: argparse.Namespace) -> None:
    """Do what `climate import` does, where there is no native stack: in containers."""
    from collector.importing import import_file
    from shared.adapters.database import make_engine
    from shared.errors import ClimateError
    from shared.settings import DatabaseSettings, load

    engine = make_engine(load(DatabaseSettings).database_url.get_secret_value(), pool_size=1)
    try:
        found = import_file(asked.file, site_id=asked.site, engine=engine, report=_say)
    except ClimateError as error:
        sys.exit(str(error))
    finally:
        engine.dispose()
    _say(f"imported {len(found.reading.days):,} days from {found.first_date} to {found.last_date}")


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

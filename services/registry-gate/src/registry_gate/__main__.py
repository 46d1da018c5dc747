"""`python -m registry_gate`: the worker on the queue `registry-gate`, or drills of the gate."""

import argparse
import sys

from shared.errors import ConfigurationError


def main(arguments: list[str] | None = None) -> None:
    """Work until told to stop, or do what is asked for instead."""
    asked = _parser().parse_args(arguments)
    try:
        asked.run(asked)
    except ConfigurationError as error:
        sys.exit(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m registry_gate", description=__doc__)
    parser.set_defaults(run=_work)
    instead = parser.add_subparsers(title="instead of the worker")
    drill = instead.add_parser(
        "drill",
        help="give the gate candidates known to be bad, made of the champions it has now; nothing "
        "is written; exit code 1 unless it did what it must with every one",
    )
    drill.add_argument("--site", help="only champions of this site")
    drill.add_argument("--json", action="store_true", help="one JSON object a line, a drill each")
    drill.set_defaults(run=_drill)
    return parser


# Imported where they run: building the Celery app reads the settings.
# ruff: noqa: PLC0415


def _work(_asked: argparse.Namespace) -> None:
    from registry_gate.celery_app import app
    from shared.adapters.celery import run_worker
    from shared.contracts.queues import Service

    run_worker(app, Service.REGISTRY_GATE)


def _drill(asked: argparse.Namespace) -> None:
    from registry_gate.drills.live import run_drills
    from registry_gate.drills.telling import tell
    from shared.errors import ClimateError

    try:
        held = tell(run_drills(asked.site), sys.stdout, as_json=asked.json)
    except ClimateError as error:
        sys.exit(str(error))
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()

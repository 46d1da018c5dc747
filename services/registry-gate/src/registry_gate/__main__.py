"""`python -m registry_gate`: the worker on the queue `registry-gate`, or what the gate says now."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager

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
    drill.set_defaults(run=_drill)
    judge = instead.add_parser(
        "judge",
        help="judge the newest candidates again with the thresholds of now; nothing is written",
    )
    judge.set_defaults(run=_judge)
    for command in (drill, judge):
        command.add_argument("--site", help="of this site only")
        command.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser


# Imported where they run: building the Celery app reads the settings.
# ruff: noqa: PLC0415


def _work(_asked: argparse.Namespace) -> None:
    from registry_gate.celery_app import app
    from shared.adapters.celery import run_worker
    from shared.contracts.queues import Service

    run_worker(app, Service.REGISTRY_GATE)


def _drill(asked: argparse.Namespace) -> None:
    from registry_gate.beside import beside_the_worker
    from registry_gate.drills.run import drill_site
    from registry_gate.drills.telling import tell

    with _said_to_the_end(), beside_the_worker() as gate:
        drilled = drill_site(gate.sessions, gate.artifacts, gate.thresholds, asked.site)
        held = tell(drilled, sys.stdout, as_json=asked.json)
    sys.exit(0 if held else 1)


def _judge(asked: argparse.Namespace) -> None:
    from registry_gate.beside import beside_the_worker
    from registry_gate.opinion import newest_opinions, tell_opinions

    with _said_to_the_end(), beside_the_worker() as gate:
        opinions = newest_opinions(gate.sessions, gate.artifacts, gate.thresholds, asked.site)
        tell_opinions(opinions, sys.stdout, as_json=asked.json)


@contextmanager
def _said_to_the_end() -> Iterator[None]:
    """End with a sentence, not a traceback, where what was asked for cannot be done."""
    from shared.errors import ClimateError

    try:
        yield
    except ClimateError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

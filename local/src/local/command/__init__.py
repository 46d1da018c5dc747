"""`climate`: the operator's command line.

A command parses what it is given, makes one call, and prints. What a user can mend is an error
with a sentence that says how; nobody is shown a traceback for it.
"""

import sys

import structlog
import typer
from rich.console import Console
from sqlalchemy.exc import OperationalError

from local.command import (
    backfill,
    backtest,
    drill,
    gate,
    happenings,
    judging,
    keys,
    logs,
    observations,
    quarantine,
    replay,
    reporting,
    serving,
    sites,
    status,
    training,
    up,
    verifying,
)
from local.interruption import Interrupted
from shared.errors import ClimateError

INTERRUPTED = 130  # what a shell reports after Ctrl-C

climate = typer.Typer(
    name="climate",
    help="Climate MLOps: a weather forecasting service that looks after itself.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,  # its frames could show a secret
    context_settings={"help_option_names": ["-h", "--help"]},
)
_modules = (
    up, status, logs, sites, observations, backfill, quarantine, training, backtest, replay,
    reporting, judging, verifying, drill, gate, happenings, serving, keys,
)  # fmt: skip
for _module in _modules:
    _module.register(climate)


def main() -> None:
    """Run the command line."""
    # Standard output is for answers: `--json` is read by programs.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        climate()
    except ClimateError as error:
        _fail(str(error))
    except OperationalError:
        _fail("The database does not answer; `climate status` shows what is running.")
    except Interrupted:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader has seen enough
        sys.exit(0)


def _fail(sentence: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, style="red", markup=False)
    sys.exit(1)

"""Processes of a replay: forked off a server that has imported all they need, ending with it."""

import functools
import logging
import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext

import optuna
import structlog

#: What a service would warn of is in the record; hundreds of weeks of it hide the progress.
LOGGED_FROM = logging.ERROR

_IMPORTED = ["local.replay.apart"]


@functools.cache
def context() -> ForkServerContext:
    """Return what starts processes; the first one imports for all of them."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(_IMPORTED)
    return found


def settle_in() -> None:
    """Be a process of a replay: quiet, deaf to Ctrl-C, which is for the replay, gone with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(LOGGED_FROM),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End when the replay was killed: nobody else would tell this process."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)

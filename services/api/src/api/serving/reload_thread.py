"""The thread that keeps the serving state in line: woken by hints, and by itself every few seconds.

A thread of its own, not a task of the event loop: reading the database, downloading and loading a
model all block, and no request may wait for them.
"""

import random
import threading
from datetime import timedelta

import structlog

from api.ports import DesiredState, ServingSource
from api.serving.checkpoint import Checkpoint
from api.serving.reconcile import Reconciler
from api.serving.state import ServingState

INTERVAL = timedelta(seconds=5)
# Share of the interval by which each pass is moved at random: replicas must not march in step.
_JITTER = 0.2

_log = structlog.get_logger(__name__)


class ReloadThread:
    """Reconciles at start, when woken, and on a timer.

    Parameters
    ----------
    source : ServingSource
        PostgreSQL.
    checkpoint : Checkpoint
        What was served last, on disk: stands in while PostgreSQL has not answered yet.
    """

    def __init__(
        self,
        state: ServingState,
        reconciler: Reconciler,
        source: ServingSource,
        checkpoint: Checkpoint,
        *,
        interval: timedelta = INTERVAL,
    ) -> None:
        self._state = state
        self._reconciler = reconciler
        self._source = source
        self._checkpoint = checkpoint
        self._interval_seconds = interval.total_seconds()
        self._wake = threading.Event()
        self._stopping = False
        # A daemon: a slow download must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="reload", daemon=True)

    def start(self) -> None:
        """Begin; the first pass starts at once."""
        self._thread.start()

    def wake(self) -> None:
        """Reconcile now, or once more after the pass under way; safe from any thread."""
        self._wake.set()

    def stop(self, *, timeout_seconds: float = 2.0) -> None:
        """End after the pass under way, and wait for that a little."""
        self._stopping = True
        self._wake.set()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            self._pass()
            jitter = 1 + random.uniform(-_JITTER, _JITTER)  # noqa: S311 - not for secrets
            self._wake.wait(self._interval_seconds * jitter)

    def _pass(self) -> None:
        try:
            desired = self._reconciler.reconcile(self._source)
        except Exception as error:  # noqa: BLE001 - whatever it is, serving goes on and it tries again
            if self._state.database.error is None:
                _log.warning("database_lost", exc_info=True)
            self._state.database.failed(error)
            self._serve_checkpoint()
        else:
            self._state.database.succeeded()
            self._save(desired)

    def _serve_checkpoint(self) -> None:
        if self._state.snapshot.sites:
            return
        try:
            self._reconciler.reconcile(self._checkpoint)
            _log.warning("serving_from_checkpoint")
        except Exception as error:  # noqa: BLE001 - a damaged copy is as good as none
            _log.info("no_checkpoint", reason=str(error))

    def _save(self, desired: DesiredState) -> None:
        try:
            self._checkpoint.save(desired, self._state.snapshot)
        except Exception as error:  # noqa: BLE001 - a copy is a convenience: serving goes on
            _log.warning("checkpoint_not_saved", reason=str(error))

"""The pulse of a process that has no page of its own: whether it lives, and whether it works.

Containers ask over HTTP, on a port of its own: `/live` answers for as long as the process does,
`/ready` only while tasks are carried out. The scheduler's ticks reach every worker each few
seconds, so a worker that does nothing for a minute is cut off from its queue. Only `/ready` leans
on Redis: an outage there must never make anything restart the workers.
"""

import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog
from celery.signals import after_task_publish, task_postrun, task_prerun

from shared.contracts.schedule import TICK_INTERVAL

#: So long without a beat, a worker or the scheduler is taken to be cut off: a dozen ticks.
SILENCE = 12 * TICK_INTERVAL

log = structlog.get_logger()


class Pulse:
    """Remembers when the process last finished something, and whether it is at something now."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._at_work = 0
        self._last_beat: float | None = None

    def begin(self, **_signal: object) -> None:
        """Note that a task was begun."""
        with self._lock:
            self._at_work += 1

    def end(self, **_signal: object) -> None:
        """Note that a task has ended, well or not: it was carried out."""
        with self._lock:
            self._at_work = max(0, self._at_work - 1)
            self._last_beat = self._clock()

    def beat(self, **_signal: object) -> None:
        """Note something that has neither beginning nor end: a tick was sent."""
        self._last_beat = self._clock()

    @property
    def silence(self) -> timedelta | None:
        """How long nothing was finished; None if nothing ever was."""
        last = self._last_beat
        return None if last is None else timedelta(seconds=self._clock() - last)

    @property
    def is_at_work(self) -> bool:
        """Whether a task is being carried out: one that hangs is ended by its own limit."""
        return self._at_work > 0

    @property
    def works(self) -> bool:
        """Whether the process is at work, or was a moment ago."""
        silence = self.silence
        return self.is_at_work or (silence is not None and silence <= SILENCE)


def show_worker_pulse(port: int | None) -> None:
    """Answer on the port for as long as the worker lives; without a port nobody asks."""
    pulse = Pulse()
    task_prerun.connect(pulse.begin, weak=False)
    task_postrun.connect(pulse.end, weak=False)
    _serve(pulse, port)


def show_scheduler_pulse(port: int | None) -> None:
    """Answer on the port for as long as the scheduler lives; each message it sends is a beat."""
    pulse = Pulse()
    after_task_publish.connect(pulse.beat, weak=False)
    _serve(pulse, port)


def _serve(pulse: Pulse, port: int | None) -> None:
    if port is None:
        return
    # Every address: who may ask is the network's business, and nothing told is secret.
    server = ThreadingHTTPServer(("0.0.0.0", port), make_handler(pulse))  # noqa: S104 - see above
    threading.Thread(target=server.serve_forever, name="pulse", daemon=True).start()
    log.info("answering for health", port=port)


def make_handler(pulse: Pulse) -> type[BaseHTTPRequestHandler]:
    """Return what answers for a pulse."""

    class Answer(BaseHTTPRequestHandler):
        """Answers the two questions, and no other."""

        def do_GET(self) -> None:
            """Answer a question."""
            answers = {"/live": True, "/ready": pulse.works}
            if self.path not in answers:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            well = answers[self.path]
            self.send_response(HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(_tell(pulse, well=well))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Leave each few seconds' question out of the log."""

    return Answer


def _tell(pulse: Pulse, *, well: bool) -> bytes:
    silence = pulse.silence
    told = {
        "status": "ok" if well else "silent",
        "at_work": pulse.is_at_work,
        "seconds_since_last": None if silence is None else round(silence.total_seconds(), 1),
    }
    return json.dumps(told).encode()

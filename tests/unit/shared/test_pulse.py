"""Whether a worker works is told by the tasks it carries out, not by its being there."""

import json
from collections.abc import Callable
from io import BytesIO

import pytest

from shared.adapters.pulse import SILENCE, Pulse, make_handler


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pulse(clock: Clock) -> Pulse:
    return Pulse(clock)


def finish_a_task(pulse: Pulse) -> None:
    pulse.begin(task="any")
    pulse.end(task="any")


def ask(pulse: Pulse, path: str) -> tuple[int, dict[str, object]]:
    """Ask a handler the way a socket would, without one."""
    handler = make_handler(pulse).__new__(make_handler(pulse))
    handler.rfile = BytesIO(f"GET {path} HTTP/1.0\r\n\r\n".encode())
    handler.wfile = BytesIO()
    handler.client_address = ("test", 0)
    handler.handle_one_request()
    head, _, body = handler.wfile.getvalue().partition(b"\r\n\r\n")
    status = int(head.split()[1])
    return status, json.loads(body) if body.startswith(b"{") else {}


def test_pulse_is_silent_before_the_first_task(pulse: Pulse) -> None:
    assert not pulse.works


@pytest.mark.parametrize("prove", [finish_a_task, Pulse.begin, Pulse.beat])
def test_pulse_works_at_and_after_a_task(pulse: Pulse, prove: Callable[[Pulse], None]) -> None:
    prove(pulse)
    assert pulse.works


def test_pulse_falls_silent_when_no_task_comes(pulse: Pulse, clock: Clock) -> None:
    finish_a_task(pulse)
    clock.seconds += SILENCE.total_seconds()
    assert pulse.works
    clock.seconds += 1
    assert not pulse.works


def test_pulse_works_through_a_task_of_any_length(pulse: Pulse, clock: Clock) -> None:
    pulse.begin()
    clock.seconds += 100 * SILENCE.total_seconds()
    assert pulse.works


def test_ready_is_refused_by_a_silent_process_that_lives(pulse: Pulse) -> None:
    assert ask(pulse, "/live")[0] == 200
    status, told = ask(pulse, "/ready")
    assert (status, told["status"], told["seconds_since_last"]) == (503, "silent", None)


def test_ready_tells_how_long_ago_the_last_task_ended(pulse: Pulse, clock: Clock) -> None:
    finish_a_task(pulse)
    clock.seconds += 3
    assert ask(pulse, "/ready") == (
        200,
        {"status": "ok", "at_work": False, "seconds_since_last": 3.0},
    )


def test_nothing_else_is_answered(pulse: Pulse) -> None:
    assert ask(pulse, "/tasks")[0] == 404

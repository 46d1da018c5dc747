"""Runs a stack for as long as this process wants it, and stops it however that ends."""

from collections.abc import Callable

from local.home import Home
from local.interruption import Interrupted, interruptible
from local.narration.screen import Screen
from local.stack.running import Stack
from local.stack.starting import Start, start_stack
from local.supervision.client import SupervisorGone
from local.supervision.lock import StackLock
from local.waiting import wait_until
from shared.errors import ClimateError

#: Longer than any orderly stop takes.
PATIENCE_SECONDS = 120


class Busy(ClimateError):
    """Another process starts or stops the stack and does not come to an end."""


def take_lock(home: Home, screen: Screen) -> StackLock | None:
    """Take a home's lock; None if a stack is running there already.

    Raises
    ------
    Busy
        Somebody else has the lock, but no stack comes up or goes down.
    """
    home.prepare()
    lock = StackLock(home.lock)
    if lock.acquire():
        return lock
    if not is_running(home):
        screen.say("A start or stop is under way here already; waiting for it.")
    wait_until(lambda: is_running(home) or lock.acquire(), seconds=PATIENCE_SECONDS)
    if lock.is_ours:
        return lock
    if is_running(home):
        return None
    raise Busy(f"Something holds {home.lock}, but no stack is running: `climate down` clears up.")


def is_running(home: Home) -> bool:
    """Say whether a stack is running in a home."""
    stack = Stack.at(home)
    return stack is not None and stack.is_running()


def run_in_foreground(start: Start, watch: Callable[[Stack], None]) -> None:
    """Start a stack, watch it until that ends, then stop it, whatever happened."""
    with interruptible() as heed_no_more:
        try:
            watch(start_stack(start))
        except Interrupted:
            start.tell.say("")
        except SupervisorGone:
            start.tell.say(
                "[yellow]The stack was stopped from elsewhere, or its supervisor was killed.[/]"
            )
        finally:
            heed_no_more()
            with start.tell.step("Stopping everything"):
                stop(start.home)
            start.release()


def start_in_background(start: Start) -> Stack:
    """Start a stack that goes on when this process ends; a failed start leaves nothing running."""
    with interruptible() as heed_no_more:
        try:
            stack = start_stack(start)
        except BaseException:
            heed_no_more()
            with start.tell.step("Stopping what was started"):
                stop(start.home)
            start.release()
            raise
    start.hand_over()
    return stack


def stop(home: Home) -> None:
    """Stop the stack that was last started in a home, if anything of it is left."""
    stack = Stack.at(home)
    if stack is not None:
        stack.stop()

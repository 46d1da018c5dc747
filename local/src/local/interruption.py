"""Turns the signals that ask a foreground process to end into one exception, raised once."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """The user, the system or a closed terminal asks for the end."""


@contextmanager
def interruptible() -> Iterator[Callable[[], None]]:
    """Raise `Interrupted` at the first signal within the block; further ones change nothing.

    Yields a function from whose call on no signal is heeded: what follows is the orderly end, and
    nobody who presses Ctrl-C twice shall cut it short.
    """

    def heed_no_more() -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        heed_no_more()
        raise Interrupted

    before = {number: signal.signal(number, interrupt) for number in _SIGNALS}
    try:
        yield heed_no_more
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

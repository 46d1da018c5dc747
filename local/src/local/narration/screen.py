"""The screen: lines that stay, and on a terminal one line that lives.

Where there is no terminal (a log, a pipe) the living line becomes an ordinary line now and then.
A screen that is gone (terminal closed, pipe broken) never stops the work.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, cast

from rich.console import Console, RenderableType

if TYPE_CHECKING:
    from rich.status import Status

# In a log, so often at most does the activity get a line.
_SECONDS_BETWEEN_LINES = 10


class LenientStream:
    """A text stream that swallows what it cannot write."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:
        """Encoding of the stream below."""
        return self._stream.encoding

    def write(self, text: str) -> int:
        """Write if possible."""
        try:
            return self._stream.write(text)
        except UnicodeEncodeError:
            return self._stream.write(text.encode("ascii", "replace").decode())
        except (OSError, ValueError):
            return len(text)

    def flush(self) -> None:
        """Flush if possible."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            return

    def isatty(self) -> bool:
        """Say whether the stream below is a terminal."""
        return not self._stream.closed and self._stream.isatty()

    def fileno(self) -> int:
        """Return the number of the stream below."""
        return self._stream.fileno()


class Screen:
    """Where a command tells the user what is going on."""

    def __init__(self, stream: TextIO | None = None) -> None:
        lenient = cast("TextIO", LenientStream(stream or sys.stdout))
        self.console = Console(file=lenient, highlight=False)
        self._status: Status | None = None
        self._activity = ""
        self._next_line_at = 0.0

    def say(self, text: RenderableType) -> None:
        """Print something that stays."""
        self.console.print(text)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show a step while it lasts, and how long it took."""
        started = time.monotonic()
        with self.console.status(f"{what} …"):
            yield
        self.say(f"[green]✓[/] {what} [dim]({time.monotonic() - started:.1f} s)[/]")

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Keep a living line at the bottom while the block lasts; `show` says what is in it."""
        with self.console.status("") as self._status:
            yield
        self._status = None

    def show(self, activity: str) -> None:
        """Put the present activity into the living line."""
        if self.console.is_terminal and self._status is not None:
            self._status.update(activity)
        elif activity != self._activity and time.monotonic() >= self._next_line_at:
            self._activity = activity
            self._next_line_at = time.monotonic() + _SECONDS_BETWEEN_LINES
            self.say(f"  {activity}")

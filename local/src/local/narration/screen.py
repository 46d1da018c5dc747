"""The screen: lines that stay, and on a terminal a few that live.

Where there is no terminal (a log, a pipe) the living lines become an ordinary one now and then.
A screen that is gone (terminal closed, pipe broken) never stops the work.
"""

import errno
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
    """A text stream that swallows what it cannot write.

    Attributes
    ----------
    is_lost : bool
        Nobody will ever read what is written: the terminal was closed, or the pipe's other end.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.is_lost = False

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
        except (OSError, ValueError) as error:
            self._note(error)
            return len(text)

    def flush(self) -> None:
        """Flush if possible."""
        try:
            self._stream.flush()
        except (OSError, ValueError) as error:
            self._note(error)

    def _note(self, error: OSError | ValueError) -> None:
        if isinstance(error, OSError) and error.errno in {errno.EIO, errno.EPIPE}:
            self.is_lost = True

    def isatty(self) -> bool:
        """Say whether the stream below is a terminal."""
        return not self._stream.closed and self._stream.isatty()

    def fileno(self) -> int:
        """Return the number of the stream below."""
        return self._stream.fileno()


class Screen:
    """Where a command tells the user what is going on."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = LenientStream(stream or sys.stdout)
        self.console = Console(file=cast("TextIO", self._stream), highlight=False)
        self._status: Status | None = None
        self._activity: tuple[str, ...] = ()
        self._next_line_at = 0.0

    @property
    def is_lost(self) -> bool:
        """Say whether nobody can see the screen any more."""
        return self._stream.is_lost

    def say(self, text: RenderableType) -> None:
        """Print something that stays."""
        self.console.print(text, soft_wrap=isinstance(text, str))

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show a step while it lasts, and how long it took."""
        started = time.monotonic()
        with self.console.status(f"{what} …"):
            yield
        self.say(f"[green]✓[/] {what} [dim]({time.monotonic() - started:.1f} s)[/]")

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Keep living lines at the bottom while the block lasts; `show` says what is in them."""
        with self.console.status("") as self._status:
            yield
        self._status = None

    def show(self, *activity: str) -> None:
        """Put what goes on at present at the bottom, a line each."""
        if self.console.is_terminal and self._status is not None:
            self._status.update("\n  ".join(activity))
        elif activity != self._activity and time.monotonic() >= self._next_line_at:
            self._activity = activity
            self._next_line_at = time.monotonic() + _SECONDS_BETWEEN_LINES
            self.say(f"  {' · '.join(activity)}")

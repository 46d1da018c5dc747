"""The screen: it never fails because nobody is looking."""

import errno
import io

import pytest

from local.narration.screen import Screen


class Closed(io.StringIO):
    """A stream whose reader has gone."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def write(self, text: str) -> int:
        """Fail as the operating system does."""
        raise OSError(self._number, text)


class Ascii(io.StringIO):
    """A stream that knows no letter beyond ASCII."""

    def write(self, text: str) -> int:
        """Fail as a terminal of the eighties does."""
        text.encode("ascii")
        return super().write(text)


@pytest.mark.parametrize("number", [errno.EIO, errno.EPIPE])
def test_screen_notices_that_its_reader_is_gone(number: int) -> None:
    screen = Screen(Closed(number))
    screen.say("is anybody there?")
    assert screen.is_lost


def test_full_disk_is_no_reason_to_stop() -> None:
    screen = Screen(Closed(errno.ENOSPC))
    screen.say("a line for the log")
    assert not screen.is_lost


def test_screen_without_such_letters_shows_others() -> None:
    stream = Ascii()
    Screen(stream).say("✓ done")
    assert stream.getvalue() == "? done\n"


def test_log_gets_a_line_when_the_activity_changes() -> None:
    stream = io.StringIO()
    screen = Screen(stream)
    for _ in range(3):
        screen.show("training", "waiting")
    assert stream.getvalue() == "  training · waiting\n"


def test_failed_step_is_not_ticked_off() -> None:
    stream = io.StringIO()
    screen = Screen(stream)
    with pytest.raises(ValueError, match="no"), screen.step("Starting"):
        raise ValueError("no")
    assert "✓" not in stream.getvalue()

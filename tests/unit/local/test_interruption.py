"""Signals: the first one interrupts, the others wait for the orderly end."""

import os
import signal

import pytest

from local.interruption import Interrupted, interruptible

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.mark.parametrize("number", SIGNALS)
def test_first_signal_interrupts_and_the_second_is_not_heeded(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with interruptible():
        with pytest.raises(Interrupted):
            os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before


def test_no_signal_is_heeded_once_the_orderly_end_has_begun() -> None:
    with interruptible() as heed_no_more:
        heed_no_more()
        for number in SIGNALS:
            os.kill(os.getpid(), number)

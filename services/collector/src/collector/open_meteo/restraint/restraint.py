"""A turn at asking a source: its circuit is closed, nobody else asks, and the budget allows it."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from collector.errors import SourceUnavailable
from collector.open_meteo.reasons import Counter
from collector.open_meteo.restraint.budget import Budget
from collector.open_meteo.restraint.turns import Turns
from collector.ports import Clock, Outcome, utc_now
from shared.contracts.circuit import Circuit

log = structlog.get_logger()

# The source clears its counters by its own clock, some time in the first seconds of a minute.
_CLEARED_AFTER = timedelta(seconds=2)
# Those who waited for the same counter do not all come back at the same moment.
_JITTER_SECONDS = 3.0
#: Waits up to this are waited for, longer ones give the job back.
LONGEST_WAIT = timedelta(seconds=70)
#: How often a call waits for the minute's counter before its job is given back.
_MOST_WAITS = 3


class Turn(Protocol):
    """A turn at asking, with one request to be made."""

    def end(self, outcome: Outcome, weight: float, counter: Counter | None = None) -> None:
        """Say what came of the request and what it weighed.

        Parameters
        ----------
        counter : Counter, optional
            The counter the source called used up.
        """
        ...


class Restraint(Protocol):
    """Decides when a source may be asked."""

    def turn(self, weight: float, *, leaves_reserve: bool) -> AbstractContextManager[Turn]:
        """Wait for a turn and hold it.

        Raises
        ------
        SourceUnavailable
            There will be none for longer than is waited for; `retry_after` says how long.
        """
        ...


class NoRestraint:
    """For a source of our own: it may be asked by anyone at any time."""

    @contextmanager
    def turn(self, weight: float, *, leaves_reserve: bool) -> Iterator["NoRestraint"]:  # noqa: ARG002 - the protocol's
        """Give a turn at once."""
        yield self

    def end(self, outcome: Outcome, weight: float, counter: Counter | None = None) -> None:
        """Note nothing."""


@dataclass(frozen=True)
class Restrained:
    """Asks one source as it wants to be asked.

    Attributes
    ----------
    source : str
        What it is called in messages and in the answers kept.
    circuit : function
        Returns how the source has behaved lately.
    sleep : function of seconds
        How waiting is done.
    """

    source: str
    turns: Turns
    circuit: Callable[[], Circuit]
    budget: Budget
    now: Clock = utc_now
    sleep: Callable[[float], object] = time.sleep

    @contextmanager
    def turn(self, weight: float, *, leaves_reserve: bool) -> Iterator["CountedTurn"]:
        """Wait for a turn and hold it: see `Restraint`."""
        for waits_left in reversed(range(_MOST_WAITS)):
            with self.turns.take():
                circuit = self._circuit_that_lets_through()
                now = self.now()
                forbids = self.budget.take(weight, now, leaves_reserve=leaves_reserve)
                if forbids is None:
                    yield CountedTurn(self, circuit, weight, now)
                    return
            if not waits_left or self._until_cleared(forbids) > LONGEST_WAIT:
                raise self._exhausted(forbids)
            self._wait_for(forbids)

    def _circuit_that_lets_through(self) -> Circuit:
        circuit, now = self.circuit(), self.now()
        pause = (circuit.left_alone_until or now) - now
        if pause > timedelta():
            message = (
                f"{self.source} has failed {circuit.failures} times in a row and is left alone "
                f"for {pause.total_seconds():.0f} s."
            )
            raise SourceUnavailable(message, retry_soon=False, retry_after=pause)
        return circuit

    def _wait_for(self, counter: Counter) -> None:
        jitter = random.uniform(0.0, _JITTER_SECONDS)  # noqa: S311 - no secret
        self.sleep(self._until_cleared(counter).total_seconds() + jitter)

    def _exhausted(self, counter: Counter) -> SourceUnavailable:
        wait = self._until_cleared(counter)
        message = (
            f"The calls {self.source} grants this {counter} are used up: "
            f"asking again in {wait.total_seconds():.0f} s."
        )
        return SourceUnavailable(message, retry_soon=False, retry_after=wait)

    def _until_cleared(self, counter: Counter) -> timedelta:
        now = self.now()
        return counter.end(now) + _CLEARED_AFTER - now


@dataclass(frozen=True)
class CountedTurn:
    """A turn that was taken from a budget, to be set right at its end."""

    restraint: Restrained
    circuit: Circuit
    weight: float
    taken_at: datetime

    def end(self, outcome: Outcome, weight: float, counter: Counter | None = None) -> None:
        """Set the budget right, and say when the circuit opens or closes."""
        source, now = self.restraint.source, self.restraint.now()
        self.restraint.budget.correct(weight - self.weight, self.taken_at, self.weight, now)
        if counter is not None:
            self.restraint.budget.exhaust(counter, now)
        had_opened = self.circuit.left_alone_until is not None
        if outcome is Outcome.UNAVAILABLE:
            until = self.circuit.failed(now).left_alone_until
            if until is not None and not had_opened:
                log.warning("source is left alone", source=source, until=str(until))
        elif had_opened:
            log.warning("source answers again", source=source, failures=self.circuit.failures)

"""What happens, for everyone who listens to this process; nothing is read while nobody does.

The log in the database is what is told from, looked at every second and at once after a hint: so
nothing depends on Redis, and a listener that was away catches up by the position it has heard.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from api.answers.problems import RecordUnavailable
from api.answers.record import EventQuery, LoggedEvent, Record
from api.serving.state import ServingState

PAUSE_SECONDS = 1.0
#: Events looked at in one go. Positions are not handed out in the order of commits: one that
#: appears below the newest is told as long as it is among these.
WINDOW = 100
# A listener this far behind is let go; it comes back and catches up by the position it has.
_MOST_WAITING = 4 * WINDOW


@dataclass(frozen=True)
class Told:
    """One thing that is told.

    Attributes
    ----------
    name : str
        The event's type; `pipeline` where jobs have moved, `reloaded` where something else is
        served now: both say no more than "look again".
    event : LoggedEvent or None
        The event, of which its position is the id.
    """

    name: str
    event: LoggedEvent | None = None

    @property
    def position(self) -> int | None:
        """Where the event stands in the log."""
        return self.event.position if self.event else None


@dataclass(frozen=True)
class _Glance:
    """What there was to see when it was looked at last."""

    events: Sequence[LoggedEvent] = ()
    jobs_mark: str | None = None
    reloaded_at: datetime | None = None


Listener = asyncio.Queue[Told | None]


class Feed:
    """Tells listeners of events, of work that moves on, and of forecasts that were renewed.

    Parameters
    ----------
    record : Record
        Where the log is read; while it is away nothing is told, and nothing is missed.
    state : ServingState
        Says when something else is served.
    """

    def __init__(
        self, record: Record, state: ServingState, *, pause_seconds: float = PAUSE_SECONDS
    ) -> None:
        self._record = record
        self._state = state
        self._pause_seconds = pause_seconds
        self._listeners: list[Listener] = []
        self._glance = _Glance()
        self._hint = asyncio.Event()
        self._is_closing = False

    def hint(self) -> None:
        """Look at the log now; from the event loop's thread."""
        self._hint.set()

    @property
    def n_listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    async def run(self) -> None:
        """Tell until cancelled."""
        while not self._is_closing:
            if self._listeners:
                for told in await self._news():
                    self._tell(told)
            try:
                async with asyncio.timeout(self._pause_seconds):
                    await self._hint.wait()
            except TimeoutError:
                continue
            self._hint.clear()
        for listener in self._listeners:
            _let_go(listener)

    async def listen(self, after: int | None = None) -> AsyncIterator[Told]:
        """Yield what happens from now on, before it what happened after a position.

        Ends when the process does, and for a listener that does not keep up.
        """
        if not self._listeners:
            await self._news()  # whatever happened while nobody listened is not news
        with self._listening() as listener:
            missed = await self._missed(after)
            for told in missed:
                yield told
            while (news := await listener.get()) is not None:
                if news not in missed:
                    yield news

    def close(self) -> None:
        """Let every listener go, within a pause: the process is to end. Safe from anywhere."""
        self._is_closing = True

    @contextmanager
    def _listening(self) -> Iterator[Listener]:
        listener: Listener = asyncio.Queue(_MOST_WAITING)
        self._listeners.append(listener)
        try:
            yield listener
        finally:
            self._listeners.remove(listener)

    def _tell(self, told: Told) -> None:
        for listener in self._listeners:
            try:
                listener.put_nowait(told)
            except asyncio.QueueFull:
                _let_go(listener)

    async def _news(self) -> list[Told]:
        """Return what is new since this was asked last, oldest first."""
        before, self._glance = self._glance, await self._look()
        known = {event.position for event in before.events}
        news = [told for told in _oldest_first(self._glance.events) if told.position not in known]
        if self._glance.jobs_mark != before.jobs_mark:
            news.append(Told("pipeline"))
        if self._glance.reloaded_at != before.reloaded_at:
            news.append(Told("reloaded"))
        return news

    async def _look(self) -> _Glance:
        events, jobs_mark = self._glance.events, self._glance.jobs_mark
        with suppress(RecordUnavailable):
            events = await self._newest()
            jobs_mark = await asyncio.to_thread(self._record.jobs_mark)
        return _Glance(events, jobs_mark, self._state.reloaded_at)

    async def _newest(self) -> Sequence[LoggedEvent]:
        return await asyncio.to_thread(self._record.events, EventQuery(limit=WINDOW))

    async def _missed(self, after: int | None) -> list[Told]:
        if after is None:
            return []
        with suppress(RecordUnavailable):
            newest = await self._newest()
            return [told for told in _oldest_first(newest) if (told.position or 0) > after]
        return []


def _oldest_first(events: Sequence[LoggedEvent]) -> list[Told]:
    return [Told(event.type, event) for event in reversed(events)]


def _let_go(listener: Listener) -> None:
    while not listener.empty():
        listener.get_nowait()
    listener.put_nowait(None)

"""The processes of the API, of every replica: each tells in Redis what it serves.

Nobody leans on it but those who look: without Redis a process knows of itself alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from pydantic import ValidationError

from api.answers.processes import ProcessAnswer
from api.serving.snapshot import ServedModel
from api.serving.state import ServingState
from shared.contracts.queues import API_PROCESSES

TELL_EVERY_SECONDS = 1.0
#: Who has not said anything for so long is gone.
FORGOTTEN_AFTER = timedelta(seconds=15)


class Board(Protocol):
    """Where processes tell of themselves: a hash in Redis."""

    def hset(self, name: str, key: str, value: str) -> Awaitable[int]:
        """Write what a process says."""
        ...

    def hgetall(self, name: str) -> Awaitable[Mapping[Any, Any]]:
        """Read what all of them say."""
        ...

    def hdel(self, name: str, *keys: str) -> Awaitable[int]:
        """Forget processes."""
        ...


class Fleet:
    """Tells of this process, and knows of the others.

    Parameters
    ----------
    name : str
        Of this process, among all.
    """

    def __init__(
        self, board: Board, state: ServingState, name: str, now: Callable[[], datetime]
    ) -> None:
        self._board = board
        self._state = state
        self._name = name
        self._now = now
        self._started_at = now()
        self._others: list[ProcessAnswer] = []

    @property
    def processes(self) -> list[ProcessAnswer]:
        """All processes there are, by name; this one as it is at this moment."""
        return sorted([self._own(), *self._others], key=lambda one: one.process)

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            await self.tell()
            await asyncio.sleep(TELL_EVERY_SECONDS)

    async def tell(self) -> None:
        """Say what this process serves, and read what the others say."""
        try:
            await self._board.hset(API_PROCESSES, self._name, self._own().model_dump_json())
            said = await self._board.hgetall(API_PROCESSES)
            await self._keep(said)
        except Exception:  # noqa: BLE001 - the stream's follower tells that Redis is away
            self._others = []

    async def _keep(self, said: Mapping[bytes, bytes]) -> None:
        since = self._now() - FORGOTTEN_AFTER
        others = []
        for name, text in said.items():
            found = _read(text)
            if found is None or found.said_at < since:
                await self._board.hdel(API_PROCESSES, name.decode())
            elif found.process != self._name:
                others.append(found)
        self._others = others

    def _own(self) -> ProcessAnswer:
        sites = self._state.snapshot.sites.values()
        models = [model for served in sites for model in served.models.values()]
        newest = max(models, key=lambda model: model.champion.epoch, default=None)
        return ProcessAnswer(
            process=self._name,
            epoch=newest.champion.epoch if newest else None,
            seconds_from_promotion=self._delay(newest) if newest else None,
            said_at=self._now(),
        )

    def _delay(self, model: ServedModel) -> float | None:
        """Return what a promotion took to get here; what was there at the start took nothing."""
        if model.champion.promoted_at < self._started_at:
            return None
        return round(model.seconds_from_promotion, 3)


def _read(text: bytes) -> ProcessAnswer | None:
    try:
        return ProcessAnswer.model_validate_json(text)
    except ValidationError:  # of another version of this program
        return None

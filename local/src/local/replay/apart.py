"""Every policy lives in a process of its own, so that all cores work; the pool stays in this one.

A policy lives a day when it is told to. What it wants made meanwhile it asks for, one thing at a
time, over the same connection.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from local.replay.offspring import context, settle_in
from local.replay.policies import Policy
from local.replay.pool import Pool, as_made
from local.replay.system import System, Terms, Tools
from local.replay.weather import Injected, Weather
from shared.adapters.database import make_engine, make_session_factory
from shared.forecasting.cases import PairedCases
from shared.forecasting.documents import Recipe
from trainer.making import Made
from trainer.modelling.contender import Task

#: Asked of the pool; the answer goes back.
_Wish = Callable[[Pool], object]


@dataclass(frozen=True)
class Life:
    """All that a policy lives on; `url` is that of its database, `artifacts` a folder."""

    policy: Policy
    url: str
    terms: Terms
    weather: Mapping[str, Weather]
    artifacts: Path
    injected: Sequence[Injected]


@dataclass(frozen=True)
class _Failed:
    error: Exception


@dataclass(frozen=True)
class _Lived:
    error: Exception | None = None


class Apart:
    """A policy at the other end of a connection."""

    def __init__(self, connection: Connection, pool: Pool) -> None:
        self._connection, self._pool = connection, pool

    def live(self, day: date) -> None:
        """Have a day lived, unless it was before an interruption; raises what went wrong there."""
        self._connection.send(day)
        while not isinstance(said := self._connection.recv(), _Lived):
            self._connection.send(self._answer(said))
        if said.error is not None:
            raise said.error

    def _answer(self, wish: _Wish) -> object:
        try:
            return wish(self._pool)
        except Exception as error:  # noqa: BLE001 - it is raised at the other end
            return _Failed(error)


@contextmanager
def apart(life: Life, pool: Pool) -> Iterator[Apart]:
    """Start a policy's process; it ends with the block."""
    ours, theirs = context().Pipe()
    process = context().Process(target=_live_on, args=(theirs, life), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Apart(ours, pool)
    finally:
        ours.close()
        process.join()


def _live_on(connection: Connection, life: Life) -> None:
    """Live the days that are named, until the connection ends."""
    settle_in()
    sessions = make_session_factory(make_engine(life.url, pool_pre_ping=False))
    tools = Tools(life.artifacts, life.injected, _Asking(connection))
    system = System(life.policy, sessions, life.terms, weather=life.weather, tools=tools)
    while True:
        try:
            day = connection.recv()
        except EOFError:
            return
        connection.send(_lived(system, day))


def _lived(system: System, day: date) -> _Lived:
    try:
        if not system.has_done(day):
            system.live(day)
    except Exception as error:  # noqa: BLE001 - it is raised at the other end
        return _Lived(error)
    return _Lived()


class _Asking:
    """Makes contenders by asking for them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, task: Task) -> None:
        self._ask(functools.partial(_begin, task))

    def made(self, task: Task) -> Made:
        contender, tuned = self._ask(functools.partial(_contender, task))
        return as_made(task, contender, tuned, functools.partial(self._backtest, task))

    def _backtest(self, task: Task, recipe: Recipe) -> PairedCases:
        cases: PairedCases = self._ask(functools.partial(_backtest, task, recipe))
        return cases

    def _ask(self, wish: _Wish) -> Any:  # noqa: ANN401 - whatever was wished for
        self._connection.send(wish)
        answer = self._connection.recv()
        if isinstance(answer, _Failed):
            raise answer.error
        return answer


def _begin(task: Task, pool: Pool) -> None:
    pool.begin(task)


def _contender(task: Task, pool: Pool) -> object:
    return pool.begin(task).result()


def _backtest(task: Task, recipe: Recipe, pool: Pool) -> PairedCases:
    return pool.backtest(task, recipe)

"""Every policy lives in a process of its own, so that all cores work.

A policy lives a day when it is told to. What another policy may want too it has made in the process
of the replay, one thing at a time, over the same connection.
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
from local.replay.pool import as_made
from local.replay.sharing import Shared
from local.replay.system import System, Terms, Tools
from local.replay.weather import Injected, Weather
from registry_gate.evidence import Dossier
from registry_gate.issuing.cast import Part
from registry_gate.issuing.making import Issued
from registry_gate.issuing.models import LoadedModels
from registry_gate.ports import Artifacts
from registry_gate.terms import Soundness
from shared.adapters.database import make_engine
from shared.errors import ClimateError
from shared.forecasting.cases import PairedCases
from shared.forecasting.documents import Recipe
from shared.forecasting.inputs import ForecastInputs
from trainer.making import Made
from trainer.modelling.contender import Task

#: Asked of what is shared; the answer goes back.
_Wish = Callable[[Shared], object]


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


class PolicyEnded(ClimateError):
    """The process of a policy was killed, or memory ran out."""


class Apart:
    """A policy at the other end of a connection."""

    def __init__(self, connection: Connection, shared: Shared) -> None:
        self._connection, self._shared = connection, shared

    def live(self, day: date) -> None:
        """Have a day lived, unless it was before an interruption; raises what went wrong there."""
        try:
            self._connection.send(day)
            while not isinstance(said := self._connection.recv(), _Lived):
                self._connection.send(self._answer(said))
        except (EOFError, ConnectionError):
            message = (
                f"The process of a policy ended on {day}; the same command goes on from there."
            )
            raise PolicyEnded(message) from None
        if said.error is not None:
            raise said.error

    def _answer(self, wish: _Wish) -> object:
        try:
            return wish(self._shared)
        except Exception as error:  # noqa: BLE001 - it is raised at the other end
            return _Failed(error)


@contextmanager
def apart(life: Life, shared: Shared) -> Iterator[Apart]:
    """Start a policy's process; it ends with the block."""
    ours, theirs = context().Pipe()
    process = context().Process(target=_live_on, args=(theirs, life), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Apart(ours, shared)
    finally:
        ours.close()
        process.join()


def _live_on(connection: Connection, life: Life) -> None:
    """Live the days that are named, until the connection ends."""
    settle_in()
    engine = make_engine(life.url, pool_pre_ping=False)
    tools = Tools(life.artifacts, life.injected, _Asking(connection))
    system = System(life.policy, engine, life.terms, weather=life.weather, tools=tools)
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
    """Has made elsewhere what the policies share."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, task: Task) -> None:
        self._ask(functools.partial(_begin, task))

    def made(self, task: Task) -> Made:
        contender, tuned = self._ask(functools.partial(_contender, task))
        return as_made(task, contender, tuned, functools.partial(self._backtest, task))

    def make_issued(
        self,
        known: ForecastInputs,
        cast: Sequence[Part],
        _models: LoadedModels,
        reference_date: date,
    ) -> list[Issued]:
        issued: list[Issued] = self._ask(functools.partial(_issued, known, cast, reference_date))
        return issued

    def examine(self, _artifacts: Artifacts, dossier: Dossier, known: ForecastInputs) -> Soundness:
        found: Soundness = self._ask(functools.partial(_examined, dossier, known))
        return found

    def _backtest(self, task: Task, recipe: Recipe) -> PairedCases:
        cases: PairedCases = self._ask(functools.partial(_backtest, task, recipe))
        return cases

    def _ask(self, wish: _Wish) -> Any:  # noqa: ANN401 - whatever was wished for
        self._connection.send(wish)
        answer = self._connection.recv()
        if isinstance(answer, _Failed):
            raise answer.error
        return answer


# Functions, since a wish is sent by name.


def _begin(task: Task, shared: Shared) -> None:
    shared.pool.begin(task)


def _contender(task: Task, shared: Shared) -> object:
    return shared.pool.begin(task).result()


def _backtest(task: Task, recipe: Recipe, shared: Shared) -> PairedCases:
    return shared.pool.backtest(task, recipe)


def _issued(
    known: ForecastInputs, cast: Sequence[Part], reference_date: date, shared: Shared
) -> list[Issued]:
    return shared.make_issued(known, cast, reference_date)


def _examined(dossier: Dossier, known: ForecastInputs, shared: Shared) -> Soundness:
    return shared.examine(dossier, known)

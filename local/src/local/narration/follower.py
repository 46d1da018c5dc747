"""Follows a running stack and tells what happens, until it is told to stop or the stack ends."""

import time
from collections.abc import Callable
from uuid import UUID

from rich.markup import escape
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from local.interruption import Interrupted
from local.narration import facts
from local.narration.forecast import (
    Forecast,
    NoForecast,
    fetch_forecast,
    forecast_table,
    served_by_champion,
)
from local.narration.screen import Screen
from local.narration.sentences import SETTLED, tell_activity, tell_event, tell_process
from local.ports import Listener
from local.stack.running import Stack
from local.supervision.client import ProcessInfo
from shared.adapters.database import make_engine
from shared.contracts.provenance import Source

POLL_SECONDS = 1.0

_SIMULATED = (
    "[bold black on yellow] SIMULATED WEATHER [/] [yellow]The observations of {sites} are made up: "
    "{reason}. Nothing that follows from them says anything about the real weather.[/]"
)
_REASONS = {
    Source.SIMULATED: "CLIMATE_SOURCE=simulated asks for that",
    Source.AUTO: "Open-Meteo did not answer when they were first collected",
}


class Follower:
    """Tells on a screen what happens in a stack.

    Attributes
    ----------
    forecast : Forecast or None
        The first forecast that a champion served, once there is one and its training is over.
    failures : list of str
        The work that was given up for good while this follower looked on.
    """

    def __init__(self, stack: Stack, screen: Screen) -> None:
        self._stack = stack
        self._screen = screen
        self._engine = make_engine(stack.database_url, pool_size=1)
        self._events = facts.EventFollower(since=stack.started_at())
        self._processes: dict[str, ProcessInfo] = {}
        self._simulated: set[str] = set()
        self._dead: set[UUID] = set()
        self.forecast: Forecast | None = None
        self.failures: list[str] = []

    def follow(self, until: Callable[[], bool]) -> None:
        """Tell what happens until the condition holds.

        Raises
        ------
        SupervisorGone
            Someone else has stopped the stack.
        Interrupted
            The terminal is gone. Its hang-up signal reaches only the leader of its session, which
            may be a `make` that keeps it to itself.
        """
        with self._screen.alive():
            self._begin()
            while not until():
                self._look()
                if self._screen.is_lost:
                    raise Interrupted
                time.sleep(POLL_SECONDS)
        self._engine.dispose()

    def _begin(self) -> None:
        """Take what happened before as known."""
        with Session(self._engine) as session:
            self._dead = set(facts.dead(session))

    def _look(self) -> None:
        self._tell_processes(self._stack.supervisor.processes())
        try:
            with Session(self._engine) as session:
                self._tell_events(session)
                self._tell_simulated(facts.simulated_sites(session))
                self._tell_failures(facts.dead(session))
                jobs = facts.unfinished(session)
                champions = facts.sites_with_champion(session)
        except SQLAlchemyError:
            self._screen.show("PostgreSQL does not answer at present.")
            return
        self._screen.show(*tell_activity(jobs))
        if champions and not jobs and self.forecast is None:
            self._tell_forecast(champions[0])

    def _tell_processes(self, processes: list[ProcessInfo]) -> None:
        for process in processes:
            before = self._processes.get(process.name)
            if sentence := tell_process(before, process):
                self._screen.say(sentence)
            if process.state in SETTLED or before is None:
                self._processes[process.name] = process

    def _tell_events(self, session: Session) -> None:
        fresh = self._events.new(session)
        reasons = facts.reasons(session, fresh)
        for event in fresh:
            self._screen.say(tell_event(event, reasons.get(event.id, "")))

    def _tell_simulated(self, sites: set[str]) -> None:
        if fresh := sites - self._simulated:
            self._simulated |= fresh
            reason = _REASONS.get(Source(self._stack.record.source), "an earlier start chose so")
            self._screen.say(_SIMULATED.format(sites=", ".join(sorted(fresh)), reason=reason))

    def _tell_failures(self, dead: dict[UUID, str]) -> None:
        for job_id in dead.keys() - self._dead:
            self.failures.append(dead[job_id])
            self._screen.say(
                f"[red]✗ Given up:[/] {escape(dead[job_id])}. "
                f"[dim]Once mended: climate jobs retry {job_id}[/]"
            )
        self._dead |= dead.keys()

    def _tell_forecast(self, site_id: str) -> None:
        """Show the first forecast; a champion may need a moment to arrive in the API."""
        try:
            forecast = fetch_forecast(self._stack.record.url(Listener.API), site_id)
        except NoForecast:
            return
        if served_by_champion(forecast):
            self.forecast = forecast
            self._screen.say(forecast_table(forecast))

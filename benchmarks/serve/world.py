"""A system to serve: PostgreSQL, Redis, a site with a past, and a champion really trained."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.ingest.servers import postgres
from benchmarks.processes import running
from collector.simulator.weather import simulate_places
from collector.stand_in.query import Place
from local.ports import any_free_port
from local.servers.redis import Redis
from shared.adapters.artifacts import Artifact
from shared.contracts.events import Event
from shared.contracts.sites import DEFAULT_SITE
from shared.forecasting.documents import ModelDocument
from shared.forecasting.families import Family
from shared.forecasting.history import DailyHistory
from shared.forecasting.variables import FORECAST_VARIABLES, Variable
from tests.integration.api.house import VARIABLE, House
from tests.support.database import sessions_on
from trainer.modelling.contender import Task, Workshop
from trainer.modelling.families import FAMILIES

_YEARS = 4
#: All of a benchmark's requests come from one address.
_NO_LIMIT = {"CLIMATE_API_RATE_LIMIT": "1000000/second"}


@dataclass(frozen=True)
class World:
    """What is served, and from where.

    Attributes
    ----------
    history : DailyHistory
        Of the site, simulated.
    artifact : Artifact
        The champion of `VARIABLE`: gradient boosting, fitted by the trainer's own code.
    promoted : Event
        Its promotion.
    home : Path
        Folder of the API processes.
    """

    house: House
    history: DailyHistory
    artifact: Artifact
    promoted: Event
    home: Path
    database_url: str
    redis_url: str

    @property
    def seen(self) -> tuple[Variable, ...]:
        """What the champion looks at: its target, and other series of the site."""
        document = ModelDocument.from_json(self.artifact.document)
        return (VARIABLE, *document.specification.inputs)


@contextmanager
def serving_world(folder: Path) -> Iterator[World]:
    """Run the servers for as long as the block lasts, with everything the API needs in them."""
    os.environ |= _NO_LIMIT
    history = _weather()
    artifact = _trained(history)
    home = folder / "home"
    with (
        postgres(folder) as new_database,
        _redis(folder) as redis_url,
        sessions_on(database_url := new_database()) as sessions,
    ):
        house = House(sessions, home / "cache" / "artifacts")
        house.observe(history)
        for variable in FORECAST_VARIABLES:
            if variable is not VARIABLE:
                house.promote(variable=variable)
        promoted = house.promote_artifact(artifact)
        yield World(house, history, artifact, promoted, home, database_url, redis_url)


def _weather() -> DailyHistory:
    """Return four years of simulated weather of the default site, up to yesterday."""
    last = datetime.now(UTC).date() - timedelta(days=1)
    first = last - timedelta(days=365 * _YEARS)
    site = DEFAULT_SITE
    place = Place(site.latitude, site.longitude, site.elevation or 0.0)
    found = simulate_places([place], first, last)
    return DailyHistory(first, {name: values[0] for name, values in found.items()})


def _trained(history: DailyHistory) -> Artifact:
    method = FAMILIES[Family.GRADIENT_BOOSTING]
    task = Task(DEFAULT_SITE.site_id, VARIABLE, history, method, seed=0, git_commit="benchmark")
    return Workshop(task).make_contender(lambda _objective: method.defaults).artifact


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    password = folder / "redis-password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24), encoding="utf-8")
    server = Redis(folder / "redis", any_free_port(), password)
    server.initialise()
    log = folder / "redis.log"
    with running(server.command(), server.is_ready, log, stop=server.stop_signal):
        yield server.url()

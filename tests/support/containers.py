"""The whole system in containers, driven the way its user drives it: compose and the API."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from local.ports import any_free_port
from tests.support.servers import engine_has
from tests.support.stack import QUICK_TRAINING

ROOT = Path(__file__).parents[2]
IMAGES = ("python:3.11-slim", "postgres:18", "redis:7")
#: How fast a model answers depends on what else the machine does: not what is looked at here.
BUSY_MACHINE = {"CLIMATE_GATE_MAX_ANSWER_MS": "5000"}
BUILD_SECONDS = 1800
START_SECONDS = 600

#: A request as the scheduler or `climate train` makes it, by the role that owns the tables.
REQUEST_TRAINING = """
import sys
from datetime import UTC, datetime
from shared.adapters.database import make_engine, make_session_factory
from shared.adapters.ledger import request_job
from shared.contracts.jobs import JobKind
from shared.settings import DatabaseSettings, load

url = load(DatabaseSettings).database_url.get_secret_value()
with make_session_factory(make_engine(url)).begin() as session:
    for site_id in sys.argv[1:]:
        today = datetime.now(UTC).date()
        print(request_job(session, kind=JobKind.TRAIN, site_id=site_id, logical_date=today))
"""


@cache
def why_not() -> str | None:
    """Return why the containers cannot run on this machine, or None if they can."""
    if engine_has(*IMAGES):
        return None
    return f"no Docker engine answers that has {', '.join(IMAGES)} or can get them"


@dataclass(frozen=True)
class Containers:
    """The ten services as one compose project.

    Attributes
    ----------
    environment : dict of str to str
        What `docker compose` is given: project, settings, secrets and ports of its own.
    folder : Path
        Where its settings and secrets are.
    """

    environment: dict[str, str]
    folder: Path

    @property
    def url(self) -> str:
        """The address of the API."""
        return f"http://127.0.0.1:{self.environment['CLIMATE_API_PORT']}"

    def run(self, *command: str, timeout: float = START_SECONDS, input_text: str = "") -> str:
        """Run a command that must succeed in its environment; return what it printed."""
        done = subprocess.run(  # noqa: S603 - our own commands
            command,
            cwd=ROOT,
            env=self.environment,
            input=input_text,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, f"{command}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def compose(self, *arguments: str, timeout: float = START_SECONDS, input_text: str = "") -> str:
        """Run `docker compose`."""
        return self.run("docker", "compose", *arguments, timeout=timeout, input_text=input_text)

    def up(self) -> None:
        """Start what does not run, and wait until all of it is well."""
        self.compose("up", "--detach", "--wait", "--wait-timeout", str(START_SECONDS))

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Ask the database."""
        as_json = f"SELECT coalesce(json_agg(found), '[]') FROM ({query}) AS found"  # noqa: S608 - the tests' own
        psql = ("exec", "-T", "postgres", "psql", "--username=climate", "-At", "-c", as_json)
        found: list[dict[str, Any]] = json.loads(self.compose(*psql))
        return found

    def execute(self, statement: str) -> None:
        """Change the database."""
        psql = ("exec", "-T", "postgres", "psql", "--username=climate", "--quiet")
        self.compose(*psql, "--set=ON_ERROR_STOP=1", input_text=statement)

    def value(self, query: str) -> Any:  # noqa: ANN401 - whatever was asked for
        """Ask the database for one value."""
        (row,) = self.rows(query)
        (value,) = row.values()
        return value

    def import_file(self, path: Path, site_id: str) -> str:
        """Import observations the way docs/deployment.md tells."""
        mounted = ("--volume", f"{path.resolve()}:/observations.csv:ro")
        program = ("python", "-m", "collector", "import", "/observations.csv", "--site", site_id)
        return self.compose("run", "--rm", "--no-deps", "-T", *mounted, "collector", *program)

    def request_training(self, *site_ids: str) -> list[str]:
        """Ask for a training of each site; return the ids of the jobs."""
        program = ("python", "-c", REQUEST_TRAINING, *site_ids)
        return self.compose("run", "--rm", "--no-deps", "-T", "migrate", *program).split()

    def forecast(self, **parameters: str) -> httpx.Response:
        """Ask the API for a forecast."""
        return httpx.get(f"{self.url}/api/v1/forecast", params=parameters, timeout=30)

    def verify(self, *, wait: int) -> str:
        """Run `verify_deployment.py`, which must find all well."""
        program = (sys.executable, "verify_deployment.py", "--compose", "--wait", str(wait))
        return self.run(*program, timeout=wait + START_SECONDS)

    def container(self, service: str) -> dict[str, Any]:
        """Return what the engine knows of the container of a service."""
        (container_id,) = self.compose("ps", "--all", "--quiet", service).split()
        found: dict[str, Any] = json.loads(self.run("docker", "inspect", container_id))[0]
        return found

    def crash(self, service: str) -> None:
        """Kill the process of a service from outside, as the kernel does when memory runs out.

        Not by `docker kill`: that is an operator's will, and the engine starts nothing again.
        """
        pid = self.container(service)["State"]["Pid"]
        as_host = ("docker", "run", "--rm", "--privileged", "--pid=host", "--entrypoint=sh")
        self.run(*as_host, "redis:7", "-c", f"kill -9 {pid}")


@contextmanager
def containers(folder: Path, **settings: str) -> Iterator[Containers]:
    """Build and run the system for as long as the block lasts; nothing of it stays.

    Parameters
    ----------
    folder
        Where its settings and secrets are written.
    settings
        More of the settings in `.env`.
    """
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("CLIMATE_", "COMPOSE_"))}
    own = {
        "COMPOSE_PROJECT_NAME": f"climate-test-{os.getpid()}",
        "COMPOSE_ENV_FILES": str(folder / "settings"),
        "COMPOSE_PROFILES": "",
        "CLIMATE_SECRETS": str(folder / "secrets"),
        "CLIMATE_API_PORT": str(any_free_port()),
        "CLIMATE_FLOWER_PORT": str(any_free_port()),
    }
    (folder / "settings").touch()
    system = Containers(inherited | own | QUICK_TRAINING | BUSY_MACHINE | settings, folder)
    system.run(sys.executable, "deploy/compose/prepare.py")
    system.compose("build", "--quiet", timeout=BUILD_SECONDS)
    try:
        system.up()
        yield system
    finally:
        system.compose("--profile", "*", "down", "--volumes", "--remove-orphans")

"""The examples of docs/api.md: one in curl and one in Python for each endpoint, and they run."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.app import create_app
from shared.adapters.keys import create_key
from shared.contracts.keys import Scope
from tests.browser.story import Story
from tests.integration.api.house import House
from tests.integration.api.processes import running_api
from tests.support.database import sessions_on
from tests.unit.api.world import World

DOCUMENT = Path("docs/api.md")
#: What the examples call the system.
HERE = "http://localhost:8000"
_SECTION = re.compile(r"^### (\S+ \S+)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A fenced block, and the endpoint it is of."""

    endpoint: str
    language: str
    code: str

    def command(self, address: str) -> list[str]:
        """Return what runs it against an address."""
        code = self.code.replace(HERE, address)
        if self.language == "python":
            return [sys.executable, "-W", "error", "-c", code]
        return ["bash", "-euc", code]


def examples() -> list[Example]:
    """Return every example, in the order of the document."""
    return [
        Example(endpoint, language, code)
        for endpoint, section in _SECTION.findall(DOCUMENT.read_text(encoding="utf-8"))
        for language, code in _BLOCK.findall(section)
    ]


@dataclass(frozen=True)
class Running:
    """A system that has run for five weeks, and a key for all of it."""

    address: str
    key: str


@pytest.fixture
def running(database_url: str, empty_redis_url: str, tmp_path: Path) -> Iterator[Running]:
    home = tmp_path / "home"
    with sessions_on(database_url) as sessions:
        Story.until_now(sessions, home / "cache" / "artifacts").write()
        house = House(sessions, home / "cache" / "artifacts")
        house.promote()
        house.promote()  # so that there is one to go back to
        with sessions.begin() as session:
            key = create_key(session, "An example", frozenset(Scope))
    with running_api(home, database_url, empty_redis_url) as api:
        yield Running(str(api.client.base_url), key.text)


def test_every_endpoint_has_an_example_in_curl_and_in_python() -> None:
    paths = create_app(World().services).openapi()["paths"]
    wanted = {
        (f"{method.upper()} {path}", language)
        for path, operations in paths.items()
        for method in operations
        for language in ("sh", "python")
    }
    assert {(one.endpoint, one.language) for one in examples()} == wanted


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl: `apt-get install curl`")
def test_every_example_runs_as_it_stands(running: Running) -> None:
    failed = {}
    for one in examples():
        done = subprocess.run(  # noqa: S603 - our own examples
            one.command(running.address),
            env={**os.environ, "CLIMATE_KEY": running.key},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if done.returncode or not (done.stdout or "DELETE" in one.endpoint):
            failed[one.endpoint, one.language] = done.stdout + done.stderr
    assert not failed

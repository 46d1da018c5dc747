"""What `make up` writes before anything starts: random, once, and never over what is there."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.support.needs import ROOT

#: An engine that knows of the volume a former start left, and nothing else.
DOCKER = """#!/bin/sh
[ "$1 $2" = "volume ls" ] && echo climate_postgres
"""


@dataclass(frozen=True)
class Preparation:
    """The script a user runs, with settings and secrets in a folder of its own."""

    folder: Path

    def run(self) -> subprocess.CompletedProcess[str]:
        """Run it, as `make up` does."""
        own = {
            "COMPOSE_ENV_FILES": str(self.folder / "settings"),
            "CLIMATE_SECRETS": str(self.secrets),
            "PATH": str(self.folder / "bin"),
        }
        return subprocess.run(
            [sys.executable, "deploy/compose/prepare.py"],
            cwd=ROOT,
            env=os.environ | own,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @property
    def secrets(self) -> Path:
        """Where the passwords are."""
        return self.folder / "secrets"

    def remember_a_volume(self) -> None:
        """Have the engine know of a database that was there before."""
        (self.folder / "bin").mkdir()
        docker = self.folder / "bin" / "docker"
        docker.write_text(DOCKER, encoding="utf-8")
        docker.chmod(0o755)

    def written(self) -> dict[str, str]:
        """Return every secret by name."""
        return {path.name: path.read_text(encoding="utf-8") for path in self.secrets.iterdir()}


@pytest.fixture
def preparation(tmp_path: Path) -> Preparation:
    """Return a place where nothing was prepared yet."""
    return Preparation(tmp_path)


def test_every_secret_of_compose_is_written(preparation: Preparation) -> None:
    preparation.run().check_returncode()
    document = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert document["secrets"].keys() <= preparation.written().keys()
    assert preparation.secrets.stat().st_mode & 0o077 == 0


def test_two_systems_share_no_password(tmp_path: Path) -> None:
    ours, theirs = Preparation(tmp_path / "ours"), Preparation(tmp_path / "theirs")
    for each in (ours, theirs):
        each.folder.mkdir()
        each.run().check_returncode()
    assert not set(ours.written().values()) & set(theirs.written().values())


def test_what_is_there_stays(preparation: Preparation) -> None:
    preparation.run().check_returncode()
    before = preparation.written()
    preparation.remember_a_volume()
    assert preparation.run().stdout == ""
    assert preparation.written() == before


def test_password_taken_away_is_made_anew_and_the_addresses_follow(
    preparation: Preparation,
) -> None:
    preparation.run().check_returncode()
    before = preparation.written()
    (preparation.secrets / "api_password").unlink()
    preparation.run().check_returncode()
    changed = {name for name, text in preparation.written().items() if text != before[name]}
    assert changed == {"api_password", "api_database_url"}


def test_lost_password_of_a_database_that_exists_is_not_invented(preparation: Preparation) -> None:
    preparation.remember_a_volume()
    done = preparation.run()
    assert done.returncode == 1
    assert "climate_postgres" in done.stderr
    assert "docker compose down --volumes" in done.stderr
    assert not list(preparation.secrets.iterdir())

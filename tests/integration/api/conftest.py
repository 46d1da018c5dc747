"""A house of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.api.house import House
from tests.support.database import sessions_on


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the folder everything of this test is kept in."""
    return tmp_path / "home"


@pytest.fixture
def house(database_url: str, home: Path) -> Iterator[House]:
    """Return a database with the default site and nothing else so far."""
    with sessions_on(database_url) as sessions:
        yield House(sessions, home / "cache" / "artifacts")

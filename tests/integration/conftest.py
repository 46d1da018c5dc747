"""Fixtures of the tests on a real database."""

from collections.abc import Iterator

import pytest

from shared.adapters.database import SessionFactory
from tests.support.database import sessions_on


@pytest.fixture
def sessions(database_url: str) -> Iterator[SessionFactory]:
    """Transactions on a database of this test's own, with the default site."""
    with sessions_on(database_url) as factory:
        yield factory

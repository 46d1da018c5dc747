"""Fixtures of the collector's tests on a real database."""

from collections.abc import Iterator

import pytest

from shared.adapters.database import SessionFactory
from tests.support.database import sessions_on
from tests.support.timezones import packaged_timezones


@pytest.fixture
def sessions(database_url: str) -> Iterator[SessionFactory]:
    """Transactions on a database of this test's own, with the default site."""
    with sessions_on(database_url) as factory:
        yield factory


@pytest.fixture
def timezones() -> Iterator[None]:
    """Time zones as the processes have them."""
    with packaged_timezones():
        yield

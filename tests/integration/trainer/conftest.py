"""A database for studies."""

from collections.abc import Iterator

import pytest

from tests.support.servers import new_database


@pytest.fixture
def optuna_url(postgres_url: str) -> Iterator[str]:
    """Address of an empty database for studies."""
    with new_database(postgres_url) as url:
        yield url

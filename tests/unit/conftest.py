"""Turns sockets off for the whole tier: a unit test that needs one is in the wrong place."""

from collections.abc import Iterator

import pytest
from pytest_socket import disable_socket, enable_socket


@pytest.fixture(autouse=True)
def sockets_off() -> Iterator[None]:
    """Refuse every socket but the Unix pairs that event loops are made of."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()

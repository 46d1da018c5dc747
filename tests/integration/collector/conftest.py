"""Time zones for the collector's tests on a real database."""

from collections.abc import Iterator

import pytest

from tests.support.timezones import packaged_timezones


@pytest.fixture
def timezones() -> Iterator[None]:
    """Time zones as the processes have them."""
    with packaged_timezones():
        yield

"""One system in containers for the whole tier, trained on real observations."""

from collections.abc import Iterator

import pytest

from tests.support.containers import Containers, containers, why_not
from tests.support.data import REAL_WEATHER
from tests.support.database import SITE_ID

#: An idle machine needs a minute and a half; one that is ten times too busy, five.
TRAINING_SECONDS = 900


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    """Run the containers, fed by no source: what is known is what a test imports."""
    if reason := why_not():
        pytest.skip(reason)
    with containers(tmp_path_factory.mktemp("compose"), CLIMATE_SOURCE="none") as running:
        yield running


@pytest.fixture(scope="session")
def trained(system: Containers) -> Containers:
    """Import real observations; the trainer and the gate do the rest by themselves."""
    if not REAL_WEATHER.exists():
        pytest.skip(f"there are no real observations at {REAL_WEATHER}")
    system.import_file(REAL_WEATHER, SITE_ID)
    assert "All is well." in system.verify(wait=TRAINING_SECONDS)
    return system

"""One native stack on simulated weather, with quick trainings, for all faults in turn."""

from collections.abc import Iterator

import pytest

from tests.support.stack import QUICK_TRAINING, NativeStack, native_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeStack]:
    """Run a stack of its own."""
    folder = tmp_path_factory.mktemp("faults")
    with native_stack(folder, "simulated", **QUICK_TRAINING) as running:
        yield running

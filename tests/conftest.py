"""Fixtures every tier may ask for; see `tests/support/servers.py` and `recorded.py`."""

from hypothesis import settings

pytest_plugins = ("tests.support.servers", "tests.support.recorded")

# An example that is slow on a busy machine is not wrong: benchmarks tell what takes how long.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

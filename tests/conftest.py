"""Fixtures every tier may ask for; see `tests/support/servers.py` and `recorded.py`."""

pytest_plugins = ("tests.support.servers", "tests.support.recorded")

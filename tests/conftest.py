"""Fixtures every tier may ask for; see `tests/support/servers.py`."""

pytest_plugins = ("tests.support.servers",)

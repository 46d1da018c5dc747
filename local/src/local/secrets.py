"""The stack's passwords: generated at the first start, readable by the owner alone.

No process is given a password on its command line; each reads the file it is told of.
"""

import os
import secrets
from enum import StrEnum, auto
from pathlib import Path

# 24 bytes: far beyond guessing, and the text holds nothing an address or a shell must escape.
_PASSWORD_BYTES = 24


#: The login of the task monitor.
FLOWER_USER = "climate"


class Secret(StrEnum):
    """A file in the folder of secrets; the member's name in small letters is the file's."""

    POSTGRES_PASSWORD = auto()
    REDIS_PASSWORD = auto()
    FLOWER_PASSWORD = auto()
    SUPERVISOR_PASSWORD = auto()
    # Addresses with the password inside, as the services want them.
    DATABASE_URL = auto()
    OPTUNA_URL = auto()
    MLFLOW_DATABASE_URL = auto()
    REDIS_URL = auto()


PASSWORDS = (
    Secret.POSTGRES_PASSWORD,
    Secret.REDIS_PASSWORD,
    Secret.FLOWER_PASSWORD,
    Secret.SUPERVISOR_PASSWORD,
)


def generate_passwords(folder: Path) -> None:
    """Write every password that is not there yet; those that are stay."""
    for password in PASSWORDS:
        path = folder / password
        if not (path.exists() and path.read_text(encoding="utf-8").strip()):
            write_secret(folder, password, secrets.token_urlsafe(_PASSWORD_BYTES))


def write_secret(folder: Path, secret: Secret, value: str) -> None:
    """Write a secret in one go, closed to others from the first byte on."""
    unfinished = folder / f"{secret}.unfinished"
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{value}\n")
    unfinished.replace(folder / secret)


def read_secret(folder: Path, secret: Secret) -> str:
    """Return a secret that was written before."""
    return (folder / secret).read_text(encoding="utf-8").strip()

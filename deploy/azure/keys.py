"""The secrets: passwords made here once, and the addresses made of them, as the vault keeps them.

Their names are those of the files that `docs/kubernetes.md` lists, after `climate-`. No command
line ever holds one: they pass through files that only their user may read.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from deploy.azure.names import Target
from deploy.azure.steps import Values

ADMIN = "climate"
#: Made once, by nobody's choice.
PASSWORDS = ("postgres-password", "mlflow-token", "mlflow-read-token", "flower-password")
#: Who signs in to which database; the migrations make the users, with these passwords.
DATABASES = {
    "collector-database-url": "climate",
    "trainer-database-url": "climate",
    "registry-gate-database-url": "climate",
    "api-database-url": "climate",
    "optuna-url": "optuna",
    "mlflow-database-url": "mlflow",
}
ADDRESSES = ("database-url", *DATABASES)
#: Made anew each time: the key of a managed Redis may be changed there.
OF_REDIS = ("redis-url", "redis-password")

REDIS_PORT = 10000


def new_password() -> str:
    """Return a password that needs no quoting in an address."""
    return secrets.token_urlsafe(24)


def passwords(folder: Path) -> Mapping[Path, str]:
    """Return new passwords by the file each is written to."""
    return {folder / name: new_password() for name in PASSWORDS}


def addresses(folder: Path, target: Target) -> Mapping[Path, str]:
    """Return the databases' addresses by file; the owner's password is there from the vault."""
    owner = (folder / "postgres-password").read_text(encoding="utf-8")
    users = {name: name.removesuffix("-url").removesuffix("-database") for name in DATABASES}
    found = {
        folder / name: _database(target, users[name].replace("-", "_"), new_password(), database)
        for name, database in DATABASES.items()
    }
    return found | {folder / "database-url": _database(target, ADMIN, owner, "climate")}


def redis_address(folder: Path, values: Values) -> Mapping[Path, str]:
    """Return the address of Redis, of the host and the key that were asked of it."""
    key, host = values["redis_key"], values["redis_host"]
    url = f"rediss://:{quote(key, safe='')}@{host}:{REDIS_PORT}/0?ssl_cert_reqs=required"
    return {folder / "redis-password": key, folder / "redis-url": url}


def _database(target: Target, user: str, password: str, database: str) -> str:
    return (
        f"postgresql+psycopg2://{user}:{password}@{target.postgres_host}:5432/{database}"
        "?sslmode=require"
    )

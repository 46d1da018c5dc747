"""Writes the passwords and addresses of the local overlay, once: `python3 k8s/make_secrets.py`.

Standard library only. What is there stays: a second run changes nothing, so a password given to a
database remains the one the services sign in with.
"""

import argparse
import secrets
from pathlib import Path

FOLDER = Path(__file__).parent / "overlays" / "local" / "secrets"

#: Who signs in to which database; the user is named as the file is.
DATABASES = {
    "collector-database-url": "climate",
    "trainer-database-url": "climate",
    "registry-gate-database-url": "climate",
    "api-database-url": "climate",
    "optuna-url": "optuna",
    "mlflow-database-url": "mlflow",
}
TOKENS = ("mlflow-token", "mlflow-read-token", "flower-password")


def main() -> None:
    """Write what is missing in the folder asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    folder: Path = parser.parse_args().folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (folder / "database-url").exists():
        print(f"{folder}: there already")  # noqa: T201 - a script speaks on its standard output
        return
    for name, value in generated().items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(value, encoding="utf-8")
    print(f"{folder}: written; kept out of git")  # noqa: T201 - as above


def generated() -> dict[str, str]:
    """Return new secrets by the name of their file."""
    owner, redis = _password(), _password()
    return {
        "database-url": _database("climate", owner, "climate"),
        "postgres-password": owner,
        "redis-password": redis,
        "redis.conf": f"requirepass {redis}\n",
        "redis-url": f"redis://:{redis}@redis:6379/0",
        **{name: _password() for name in TOKENS},
        **{
            file: _database(_user(file), _password(), database)
            for file, database in DATABASES.items()
        },
    }


def _user(file: str) -> str:
    """Return the role that signs in with the address of a file."""
    return file.removesuffix("-url").removesuffix("-database").replace("-", "_")


def _database(user: str, password: str, database: str) -> str:
    return f"postgresql+psycopg2://{user}:{password}@postgres:5432/{database}"


def _password() -> str:
    return secrets.token_urlsafe(24)


if __name__ == "__main__":
    main()

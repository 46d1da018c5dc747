"""Writes what the containers need and nobody should have to invent: `.env` and `.secrets/`.

Run by `make up`; plain Python without any package. What is there stays. To change a password, take
its file away and start again: `migrate` tells the database. Only that of PostgreSQL's owner stays
the one its volume was created with: lost, it is not invented anew.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ROOT / os.environ.get("CLIMATE_SECRETS", ".secrets")
# Compose reads its settings from where this says, too.
SETTINGS = ROOT / os.environ.get("COMPOSE_ENV_FILES", ".env")

#: 24 bytes: far beyond guessing, and the text holds nothing an address must escape.
PASSWORD_BYTES = 24

OWNER = "postgres_password"
PASSWORDS = (
    OWNER,
    "collector_password",
    "trainer_password",
    "registry_gate_password",
    "api_password",
    "mlflow_password",
    "redis_password",
    "flower_password",
    "grafana_password",
    "mlflow_token",
    "mlflow_read_token",
)

_POSTGRES = "postgresql+psycopg2://{user}:{password}@postgres:5432/{database}"
#: The addresses with a password inside, as each service wants them: file, user, password, database.
ADDRESSES = (
    ("owner_database_url", "climate", "postgres_password", "climate"),
    ("collector_database_url", "collector", "collector_password", "climate"),
    ("trainer_database_url", "trainer", "trainer_password", "climate"),
    ("registry_gate_database_url", "registry-gate", "registry_gate_password", "climate"),
    ("api_database_url", "api", "api_password", "climate"),
    ("optuna_url", "trainer", "trainer_password", "optuna"),
    ("mlflow_database_url", "mlflow", "mlflow_password", "mlflow"),
)

LOST = """\
The volume {volume} holds a database whose password was in {file}, and that file is gone.
Put it back; or, if the data may go as well, remove them: docker compose down --volumes"""

DEFAULT_SETTINGS = """\
# Settings of the containers (`make up`); .env.example tells of more. Secrets are in .secrets/.

# Where weather comes from: open-meteo, simulated, none, or auto, which is Open-Meteo if it answers
# and else the simulator, marked as such everywhere.
CLIMATE_SOURCE=auto
CLIMATE_SIMULATOR_URL=http://simulator:8010
# Beside the ten services; add observability (Prometheus and Grafana) with a comma.
COMPOSE_PROFILES=simulator

# Where API and task monitor can be reached: 0.0.0.0 from everywhere, then behind a proxy with TLS.
CLIMATE_PUBLISH=127.0.0.1
CLIMATE_API_PORT={api}
CLIMATE_FLOWER_PORT={flower}

# Trainers side by side, each a core.
TRAINERS=1
"""


def main() -> None:
    """Write what is missing, and say what that was."""
    if not SETTINGS.exists():
        api, flower = free_port(8000), free_port(5555)
        SETTINGS.write_text(DEFAULT_SETTINGS.format(api=api, flower=flower), encoding="utf-8")
        say(f"Wrote .env with the usual settings: API on port {api}, task monitor on {flower}.")
    # The folder is closed to others; the files are not, since a container's user is nobody here.
    SECRETS.mkdir(mode=0o700, parents=True, exist_ok=True)
    missing = [name for name in PASSWORDS if not (SECRETS / name).is_file()]
    if OWNER in missing and (volume := volume_of_postgres()):
        sys.exit(LOST.format(volume=volume, file=SECRETS / OWNER))
    for name in missing:
        write(name, secrets.token_urlsafe(PASSWORD_BYTES))
    for name, user, password, database in ADDRESSES:
        write(name, _POSTGRES.format(user=user, password=read(password), database=database))
    write("redis_auth", f"requirepass {read('redis_password')}")
    write("redis_url", f"redis://:{read('redis_password')}@redis:6379/0")
    if missing:
        say(f"Wrote {len(missing)} random secrets to {SECRETS}.")


def volume_of_postgres() -> str | None:
    """Return the name of the volume with the database, or None if there is none yet."""
    docker = shutil.which("docker")
    if docker is None:
        return None
    project = os.environ.get("COMPOSE_PROJECT_NAME", "climate")
    labels = {"volume": "postgres", "project": project}
    filters = [f"--filter=label=com.docker.compose.{key}={value}" for key, value in labels.items()]
    asked = [docker, "volume", "ls", "--quiet", *filters]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - fixed
    return told.stdout.strip() or None


def free_port(wanted: int) -> int:
    """Return the wanted port, or the next one above it that nothing listens on."""
    for port in range(wanted, wanted + 100):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    sys.exit(f"All ports from {wanted} on are taken; write others into .env.")


def write(name: str, value: str) -> None:
    """Write a secret in place, whole or not at all, unless it is there already."""
    path = SECRETS / name
    if path.is_file() and read(name) == value:
        return
    unfinished = SECRETS / f"{name}.unfinished"
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{value}\n")
    unfinished.chmod(0o444)  # whatever the umask
    unfinished.replace(path)


def read(name: str) -> str:
    """Return a secret that was written before."""
    return (SECRETS / name).read_text(encoding="utf-8").strip()


def say(sentence: str) -> None:
    """Tell the user something."""
    sys.stdout.write(f"{sentence}\n")


if __name__ == "__main__":
    main()

"""What the processes of the native stack find in their environment."""

import os
from collections.abc import Mapping

from local.home import Home, StackRecord
from local.ports import HOST, Listener
from local.secrets import Secret
from local.supervision.leftovers import MARKER

# Given directly, these would win over the files that this stack's processes are told of.
_FOREIGN = (
    "CLIMATE_DATABASE_URL",
    "CLIMATE_OPTUNA_URL",
    "CLIMATE_REDIS_URL",
    # Our virtual environment may keep compiled modules: every start is seconds faster.
    "PYTHONDONTWRITEBYTECODE",
)

# Two trainers on two cores: more threads would only wait for each other.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def stack_environment(
    home: Home, record: StackRecord, inherited: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the environment of all processes of a stack: the user's, and where things are."""
    kept = {name: value for name, value in inherited.items() if name not in _FOREIGN}
    return kept | {
        MARKER: str(home.root),
        "CLIMATE_HOME": str(home.root),
        "CLIMATE_SOURCE": record.source,
        "CLIMATE_DATABASE_URL_FILE": _path(home, Secret.DATABASE_URL),
        "CLIMATE_OPTUNA_URL_FILE": _path(home, Secret.OPTUNA_URL),
        "CLIMATE_REDIS_URL_FILE": _path(home, Secret.REDIS_URL),
        "CLIMATE_MLFLOW_URL": record.url(Listener.MLFLOW),
        "CLIMATE_SIMULATOR_URL": record.url(Listener.SIMULATOR),
        "CLIMATE_API_PORT": str(record.ports[Listener.API]),
        "CLIMATE_MLFLOW_PORT": str(record.ports[Listener.MLFLOW]),
        "CLIMATE_MLFLOW_ARTIFACTS": str(home.root / "artifacts"),
        "CLIMATE_MLFLOW_DATABASE_URL_FILE": _path(home, Secret.MLFLOW_DATABASE_URL),
        "CLIMATE_FLOWER_URL": f"{record.url(Listener.FLOWER)}/",
        "CLIMATE_FLOWER_PORT": str(record.ports[Listener.FLOWER]),
        "CLIMATE_FLOWER_PASSWORD_FILE": _path(home, Secret.FLOWER_PASSWORD),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PYTHONUNBUFFERED": "1",
        **_ONE_THREAD,
        **_without_proxy(inherited),
    }


def _without_proxy(inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that keep a company's proxy out of what stays on this machine."""
    given = inherited.get("no_proxy") or inherited.get("NO_PROXY") or ""
    hosts = ",".join([*filter(None, [given]), HOST, "localhost"])
    return {"no_proxy": hosts, "NO_PROXY": hosts}


def _path(home: Home, secret: Secret) -> str:
    return str(home.secrets / secret)

"""What each process needs to be told: the one source is its settings class, or its own source text.

Every way to deploy, compose, Kubernetes and Azure, is held against this.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from api.settings import ApiSettings
from collector.settings import CollectorSettings
from registry_gate.settings import GateSettings
from shared.settings import (
    PREFIX,
    HealthSettings,
    MigrateSettings,
    RedisSettings,
    Settings,
)
from trainer.settings import TrainerSettings

ROOT = Path(__file__).parents[2]
FILE = "_FILE"

#: Where a process answers that it is well: the pulse of workers, the API, and the two we run.
PORTS: Mapping[str, int] = {
    "collector": 8081,
    "trainer": 8081,
    "registry-gate": 8081,
    "scheduler": 8081,
    "api": int(ApiSettings.model_fields["api_port"].default),
    "mlflow": 5000,
    "flower": 5555,
}


class SchedulerSettings(RedisSettings, HealthSettings):
    """All that `python -m collector scheduler` reads."""


@dataclass(frozen=True)
class Needs:
    """The environment of a process: what it reads, what it cannot do without, what is secret.

    Attributes
    ----------
    settings : type or None
        The class that reads it; a program of others that we only start has none.
    """

    name: str
    settings: type[Settings] | None
    variables: frozenset[str]
    required: frozenset[str]
    secret: frozenset[str]

    @cached_property
    def fields(self) -> dict[str, FieldInfo]:
        """The fields of its settings by the name of their variable."""
        found = self.settings.model_fields if self.settings else {}
        return {_variable(name): field for name, field in found.items()}


def _variable(field: str) -> str:
    return f"{PREFIX}{field.upper()}"


def _is_secret(field: FieldInfo) -> bool:
    return SecretStr in (field.annotation, *get_args(field.annotation))


def _of_settings(name: str, settings: type[Settings], *also: str) -> Needs:
    fields = {_variable(field): each for field, each in settings.model_fields.items()}
    return Needs(
        name,
        settings,
        variables=frozenset(fields),
        required=frozenset(
            {each for each, field in fields.items() if field.is_required()} | {*also}
        ),
        secret=frozenset(each for each, field in fields.items() if _is_secret(field)),
    )


def _of_program(name: str, source: str) -> Needs:
    """Read off a program that has no settings class which variables it asks for."""
    text = (ROOT / source).read_text(encoding="utf-8")
    mentioned = set(re.findall(rf"{PREFIX}[A-Z_]+", text))
    variables = frozenset(each.removesuffix(FILE) for each in mentioned)
    secret = frozenset(each.removesuffix(FILE) for each in mentioned if each.endswith(FILE))
    return Needs(name, None, variables, required=variables, secret=secret)


#: In containers each service signs in as itself, so the migrations must hear of every role.
ROLES = tuple(
    _variable(name) for name, field in MigrateSettings.model_fields.items() if _is_secret(field)
)

PROCESSES: Mapping[str, Needs] = {
    needs.name: needs
    for needs in (
        _of_settings("collector", CollectorSettings, "CLIMATE_HEALTH_PORT"),
        _of_settings("trainer", TrainerSettings, "CLIMATE_HEALTH_PORT", "CLIMATE_MLFLOW_TOKEN"),
        _of_settings("registry-gate", GateSettings, "CLIMATE_HEALTH_PORT", "CLIMATE_MLFLOW_TOKEN"),
        _of_settings("scheduler", SchedulerSettings, "CLIMATE_HEALTH_PORT"),
        _of_settings("api", ApiSettings, "CLIMATE_API_HOST", "CLIMATE_MLFLOW_TOKEN"),
        _of_settings("migrate", MigrateSettings, *ROLES),
        _of_program("mlflow", "local/src/local/servers/mlflow.py"),
        _of_program("flower", "local/src/local/servers/flower.py"),
    )
}

"""The processes of the native stack, as one readable table.

They are the services of `docs/architecture.md`, without containers.
"""

import os
import sys
from collections.abc import Mapping

from local.servers.postgres import Postgres
from local.servers.redis import Redis
from local.supervision.program import Group, Program
from shared.contracts.provenance import Source
from shared.errors import ConfigurationError

# Kept apart from the number of cores: the three families of a training are its parallel tasks.
_MOST_TRAINERS = 3


def stack_programs(
    postgres: Postgres, redis: Redis, *, source: Source, trainers: int
) -> list[Program]:
    """Return all processes of a stack, in the order they start."""
    return [
        Program(
            "postgres",
            Group.SERVERS,
            tuple(postgres.command()),
            stop_signal=postgres.stop_signal,
            stop_seconds=60,
        ),
        Program("redis", Group.SERVERS, tuple(redis.command()), stop_signal=redis.stop_signal),
        *([_python("simulator", "collector", "simulator")] if _may_simulate(source) else []),
        _python("collector", "collector"),
        _python("scheduler", "collector", "scheduler"),
        _python("api", "api"),
        _python("registry-gate", "registry_gate"),
        _python("mlflow", "local.servers.mlflow"),
        *(_python(f"trainer-{number}", "trainer") for number in range(1, trainers + 1)),
        _python("flower", "local.servers.flower"),
    ]


def _python(name: str, module: str, *arguments: str) -> Program:
    return Program(name, Group.SERVICES, (sys.executable, "-m", module, *arguments))


def _may_simulate(source: Source) -> bool:
    return source in {Source.AUTO, Source.SIMULATED}


def number_of_trainers(environment: Mapping[str, str] = os.environ) -> int:
    """Return how many trainers work side by side: `CLIMATE_TRAINERS`, or one a core.

    Raises
    ------
    ConfigurationError
        The setting is no number of processes.
    """
    wanted = environment.get("CLIMATE_TRAINERS") or str(min(_MOST_TRAINERS, os.cpu_count() or 1))
    if not wanted.isdecimal() or int(wanted) < 1:
        raise ConfigurationError(f"CLIMATE_TRAINERS must be a number from 1 on, not {wanted!r}.")
    return int(wanted)

"""Prepares a start: ports, passwords, the servers' files, the supervisor's configuration."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

from local.home import Home, StackRecord
from local.ports import PREFERRED, Listener, PortClaims, choose_ports
from local.secrets import Secret, generate_passwords, read_secret, write_secret
from local.servers.postgres import Postgres
from local.servers.redis import Redis
from local.servers.unprivileged import is_root
from local.stack.environment import stack_environment
from local.stack.programs import number_of_trainers, stack_programs
from local.supervision.configuration import render_configuration
from local.supervision.program import Group, Program
from shared.contracts.provenance import Source

#: The databases of the one server, and the file with the address of each.
DATABASES = {
    Secret.DATABASE_URL: "climate",
    Secret.OPTUNA_URL: "optuna",
    Secret.MLFLOW_DATABASE_URL: "mlflow",
}


@dataclass(frozen=True)
class Plan:
    """What is about to be started."""

    home: Home
    record: StackRecord
    postgres: Postgres
    redis: Redis
    programs: list[Program]

    @property
    def environment(self) -> dict[str, str]:
        """What every process finds in its environment."""
        return stack_environment(self.home, self.record)

    def group(self, group: Group) -> list[Program]:
        """Return the processes of a group, in the order they start."""
        return [program for program in self.programs if program.group is group]

    def started_by(self, supervisor_pid: int) -> StackRecord:
        """Return the record, with the supervisor that was started for it."""
        return replace(self.record, supervisor_pid=supervisor_pid)


def make_plan(home: Home, source: Source, claims: PortClaims) -> Plan:
    """Choose ports and generate passwords where there are none yet; write them down."""
    generate_passwords(home.secrets)
    ports = choose_ports(wanted_ports(home), take=claims.take)
    postgres = Postgres(
        home.postgres, ports[Listener.POSTGRES], home.secrets / Secret.POSTGRES_PASSWORD
    )
    redis = Redis(home.redis, ports[Listener.REDIS], home.secrets / Secret.REDIS_PASSWORD)
    programs = stack_programs(postgres, redis, source=source, trainers=number_of_trainers())
    plan = Plan(home, StackRecord(ports, source), postgres, redis, programs)
    _write_down(plan)
    return plan


def wanted_ports(home: Home, environment: Mapping[str, str] = os.environ) -> dict[Listener, int]:
    """Return the ports to try first: a setting's, the last start's or the preferred."""
    earlier = StackRecord.load(home)
    wanted = dict(PREFERRED) | dict(earlier.ports if earlier else {})
    if environment.get("CLIMATE_API_PORT", "").isdecimal():
        wanted[Listener.API] = int(environment["CLIMATE_API_PORT"])
    return wanted


def _write_down(plan: Plan) -> None:
    secrets = plan.home.secrets
    for secret, database in DATABASES.items():
        write_secret(secrets, secret, plan.postgres.url(database))
    write_secret(secrets, Secret.REDIS_URL, plan.redis.url())
    plan.redis.initialise()
    configuration = render_configuration(
        plan.home,
        plan.programs,
        port=plan.record.ports[Listener.SUPERVISOR],
        password=read_secret(secrets, Secret.SUPERVISOR_PASSWORD),
        as_root=is_root(),
    )
    plan.home.configuration.write_text(configuration, encoding="utf-8")
    plan.record.save(plan.home)

"""What the apps stand on: group, network, vault, PostgreSQL, Redis and their environment."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from deploy.azure import keys
from deploy.azure.commands import app, az, grant, in_group, keep, kept, private_zone, rest, subnet
from deploy.azure.descriptions import describe_redis
from deploy.azure.names import Target
from deploy.azure.steps import HOPELESS, Step, Unless, Until, Values, Write

_REDIS_ZONE = "privatelink.redis.azure.net"


def ground(target: Target) -> Iterator[Step]:
    """Group, identity, logs and network."""
    yield az("account", "show", query="id", keeps="subscription")
    yield az("ad", "signed-in-user", "show", query="id", keeps="user")
    yield az("group", "create", "--name", target.group, "--location", target.location)
    yield az("identity", "create", *in_group(target, target.identity))
    yield az(
        "identity",
        "show",
        *in_group(target, target.identity),
        query="principalId",
        keeps="principal",
    )
    yield az("monitor", "log-analytics", "workspace", "create", "--workspace-name", target.logs,
             "--resource-group", target.group, "--retention-time", "30")  # fmt: skip
    yield az("network", "vnet", "create", *in_group(target, target.network),
             "--address-prefixes", "10.20.0.0/16")  # fmt: skip
    yield subnet(target, "apps", "10.20.0.0/23", "Microsoft.App/environments")
    yield subnet(target, "postgres", "10.20.2.0/28", "Microsoft.DBforPostgreSQL/flexibleServers")
    yield subnet(target, "endpoints", "10.20.3.0/27")


def vault(target: Target, folder: Path) -> Iterator[Step]:
    """Make the vault, who may read and write it, and the passwords, once."""
    place = target.id_of("Microsoft.KeyVault/vaults", target.vault)
    show = az("keyvault", "show", "--name", target.vault)
    create = az("keyvault", "create", *in_group(target, target.vault),
                "--location", target.location, "--enable-rbac-authorization", "true",
                "--retention-days", "7")  # fmt: skip
    yield Unless(show, (create,))
    yield grant("Key Vault Secrets Officer", "{user}", "User", place)
    yield grant("Key Vault Secrets User", "{principal}", "ServicePrincipal", place)
    # The right to write may arrive late: without this, "not allowed" would look like "not there".
    yield az("keyvault", "secret", "list", "--vault-name", target.vault, query="[].name", late=True)
    made = Write("new passwords", lambda _values: keys.passwords(folder))
    puts = [keep(target, folder, name) for name in keys.PASSWORDS]
    yield Unless(kept(target, keys.PASSWORDS[-1]), (made, *puts))


def postgres(target: Target, folder: Path) -> Iterator[Step]:
    """Make the PostgreSQL server, reachable from the network alone, and the addresses, once."""
    password = folder / "postgres-password"
    yield az("keyvault", "secret", "download", "--vault-name", target.vault,
             "--name", "climate-postgres-password",
             "--file", str(password), "--overwrite")  # fmt: skip
    yield from private_zone(target, target.postgres_zone)
    show = az("postgres", "flexible-server", "show", *in_group(target, target.postgres))
    zone = target.id_of("Microsoft.Network/privateDnsZones", target.postgres_zone)
    create = az("postgres", "flexible-server", "create", *in_group(target, target.postgres),
                "--location", target.location, "--version", "18", "--tier", "Burstable",
                "--sku-name", "Standard_B1ms", "--storage-size", "32", "--backup-retention", "14",
                "--subnet", target.subnet_id("postgres"), "--private-dns-zone", zone,
                "--admin-user", keys.ADMIN, "--admin-password", f"@{password}",
                "--yes")  # fmt: skip
    database = az("postgres", "flexible-server", "db", "create", "--name", "climate",
                  "--server-name", target.postgres, "--resource-group", target.group)  # fmt: skip
    yield Unless(show, (create, database))
    made = Write("the databases' addresses", lambda _values: keys.addresses(folder, target))
    puts = [keep(target, folder, name) for name in keys.ADDRESSES]
    yield Unless(kept(target, keys.ADDRESSES[-1]), (made, *puts))


def redis(target: Target, folder: Path) -> Iterator[Step]:
    """Make the managed Redis, reachable from the network alone, and keep its address."""
    server = target.id_of("Microsoft.Cache/redisEnterprise", target.redis)
    database = f"{server}/databases/default"
    for part, place in (("cluster", server), ("database", database)):
        file = folder / f"redis-{part}.json"
        described = Write(file.name, partial(_redis_file, file, part, target))
        show = rest("get", place, query="id")
        create = rest("put", place, "--body", f"@{file}")
        ready = Until(
            rest("get", place, query="properties.provisioningState"), "Succeeded", HOPELESS
        )
        yield Unless(show, (described, create))
        yield ready
    yield from private_zone(target, _REDIS_ZONE)
    yield az("network", "private-endpoint", "create", *in_group(target, target.redis),
             "--subnet", target.subnet_id("endpoints"), "--connection-name", target.redis,
             "--private-connection-resource-id", server,
             "--group-id", "redisEnterprise")  # fmt: skip
    zone = target.id_of("Microsoft.Network/privateDnsZones", _REDIS_ZONE)
    yield az("network", "private-endpoint", "dns-zone-group", "create", "--name", "default",
             "--resource-group", target.group, "--endpoint-name", target.redis,
             "--zone-name", "redis",
             "--private-dns-zone", zone)  # fmt: skip
    yield rest("get", server, query="properties.hostName", keeps="redis_host")
    yield rest("post", f"{database}/listKeys", query="primaryKey", keeps="redis_key")
    yield Write("the address of Redis", lambda values: keys.redis_address(folder, values))
    yield from (keep(target, folder, name) for name in keys.OF_REDIS)


def _redis_file(file: Path, part: str, target: Target, _values: Values) -> Mapping[Path, str]:
    return {file: describe_redis(part, target)}


def environment(target: Target, folder: Path) -> Iterator[Step]:
    """Make the environment in the network, its logs, and the share for MLflow's artifacts."""
    place = target.id_of("Microsoft.App/managedEnvironments", target.environment)
    show = app("env", "show", target, "--name", target.environment)
    create = app("env", "create", target, "--name", target.environment,
                 "--location", target.location, "--enable-workload-profiles", "true",
                 "--infrastructure-subnet-resource-id", target.subnet_id("apps"),
                 "--logs-destination", "azure-monitor")  # fmt: skip
    yield Unless(show, (create,))
    workspace = target.id_of("Microsoft.OperationalInsights/workspaces", target.logs)
    logs = json.dumps([{"categoryGroup": "allLogs", "enabled": True}])
    yield az("monitor", "diagnostic-settings", "create", "--name", "logs",
             "--resource", place, "--workspace", workspace, "--logs", logs)  # fmt: skip
    yield az("storage", "account", "create", *in_group(target, target.storage),
             "--location", target.location, "--sku", "Standard_LRS", "--kind", "StorageV2",
             "--min-tls-version", "TLS1_2", "--allow-blob-public-access", "false")  # fmt: skip
    yield az("storage", "share-rm", "create", "--resource-group", target.group,
             "--storage-account", target.storage, "--name", "artifacts",
             "--quota", "64")  # fmt: skip
    yield az("storage", "account", "keys", "list", "--resource-group", target.group,
             "--account-name", target.storage, query="[0].value", keeps="storage_key")  # fmt: skip
    key = folder / "storage-key"
    yield Write("the key of the share", lambda values: {key: values["storage_key"]})
    yield app("env", "storage", "set", target, "--name", target.environment,
              "--storage-name", "artifacts", "--access-mode", "ReadWrite",
              "--azure-file-account-name", target.storage, "--azure-file-share-name", "artifacts",
              "--azure-file-account-key", f"@{key}")  # fmt: skip

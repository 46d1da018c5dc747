"""The kinds of commands the steps run, with what all of a kind have in common."""

from collections.abc import Iterator
from pathlib import Path

from deploy.azure.names import Target
from deploy.azure.steps import Command, Step, Unless

_REDIS_API = "2025-07-01"
_MANAGEMENT = "https://management.azure.com"


def az(*words: str, query: str = "", keeps: str = "", late: bool = False) -> Command:
    """Return a command of `az`: silent, or answering a query; `late` if it may have to wait."""
    output = ("--query", query, "--output", "tsv") if query else ("--output", "none")
    return Command(("az", *words, *output), keeps=keeps, attempts_until_patience_ends=late)


def app(*words: "str | Target", query: str = "", keeps: str = "") -> Command:
    """Return a command of `az containerapp`; the target among the words names the group."""
    argv: list[str] = []
    for word in words:
        argv += ["--resource-group", word.group] if isinstance(word, Target) else [word]
    return az("containerapp", *argv, query=query, keeps=keeps)


def rest(method: str, place: str, *arguments: str, query: str = "", keeps: str = "") -> Command:
    """Return a call of the management API, for what no group of `az` covers without extension."""
    url = f"{_MANAGEMENT}{place}?api-version={_REDIS_API}"
    return az("rest", "--method", method, "--url", url, *arguments, query=query, keeps=keeps)


def docker(*words: str) -> Command:
    """Return a command of Docker."""
    return Command(("docker", *words))


def in_group(target: Target, name: str) -> tuple[str, ...]:
    """Return the options that name a resource in the group."""
    return ("--name", name, "--resource-group", target.group)


def grant(role: str, who: str, kind: str, scope: str) -> Step:
    """Give somebody a role on something."""
    # A new identity may not be known everywhere yet.
    return az("role", "assignment", "create", "--role", role, "--assignee-object-id", who,
              "--assignee-principal-type", kind, "--scope", scope, late=True)  # fmt: skip


def kept(target: Target, name: str) -> Command:
    """Ask whether the vault holds a secret."""
    return az("keyvault", "secret", "show", "--vault-name", target.vault, "--name",
              f"climate-{name}", query="id")  # fmt: skip


def keep(target: Target, folder: Path, name: str) -> Command:
    """Put a secret from its file into the vault."""
    return az("keyvault", "secret", "set", "--vault-name", target.vault, "--name",
              f"climate-{name}", "--file", str(folder / name), "--encoding", "utf-8",
              query="id")  # fmt: skip


def subnet(target: Target, name: str, prefix: str, delegate: str = "") -> Step:
    """Make a part of the network, for one kind of resource if it wants it to itself."""
    delegation = ("--delegations", delegate) if delegate else ()
    return az("network", "vnet", "subnet", "create", *in_group(target, name), "--vnet-name",
              target.network, "--address-prefixes", prefix, *delegation)  # fmt: skip


def private_zone(target: Target, zone: str) -> Iterator[Step]:
    """Make a zone of names that only the network knows."""
    yield az("network", "private-dns", "zone", "create", *in_group(target, zone))
    show = az("network", "private-dns", "link", "vnet", "show", *in_group(target, target.network),
              "--zone-name", zone)  # fmt: skip
    link = az("network", "private-dns", "link", "vnet", "create",
              *in_group(target, target.network), "--zone-name", zone,
              "--virtual-network", target.network, "--registration-enabled", "false")  # fmt: skip
    yield Unless(show, (link,))

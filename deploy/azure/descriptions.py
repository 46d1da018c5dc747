"""The descriptions of the apps: the files of `apps/`, with the names of a deployment filled in."""

from pathlib import Path
from string import Template

from deploy.azure.keys import REDIS_PORT
from deploy.azure.names import Target
from deploy.azure.steps import Values, fill

HERE = Path(__file__).parent


def describe(name: str, target: Target, values: Values) -> str:
    """Return the description of an app or job as YAML for `az containerapp`.

    Raises
    ------
    KeyError
        A file asks for something that is not known here.
    """
    text = (HERE / "apps" / f"{name}.yaml").read_text(encoding="utf-8")
    known = {
        "location": target.location,
        "identity": target.id_of(
            "Microsoft.ManagedIdentity/userAssignedIdentities", target.identity
        ),
        "environment": target.id_of("Microsoft.App/managedEnvironments", target.environment),
        "registry": target.registry_server,
        "vault_url": f"https://{target.vault}.vault.azure.net",
        "redis_address": f"{{redis_host}}:{REDIS_PORT}",
        "most_trainers": str(target.most_trainers),
        "source": target.source,
        "tag": target.tag,
    }
    return fill(Template(text).substitute(known), values)


def describe_redis(part: str, target: Target) -> str:
    """Return the description of a part of the managed Redis, as JSON for `az rest`."""
    text = (HERE / "redis" / f"{part}.json").read_text(encoding="utf-8")
    return Template(text).substitute(location=target.location, port=REDIS_PORT)

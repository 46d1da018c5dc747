"""How everything in Azure is called: derived from one name that is the user's to choose."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

#: A registry, a vault and the servers have names that are unique in the world, from this one.
_NAME = re.compile(r"[a-z][a-z0-9-]{1,14}[a-z0-9]")

IMAGES = ("collector", "trainer", "registry-gate", "api", "mlflow", "flower", "migrate")
#: The apps in the order they are rolled out; the scheduler is the collector's image.
APPS = ("mlflow", "registry-gate", "collector", "trainer", "scheduler", "api", "flower")


class BadName(ValueError):
    """A name or a setting that Azure would refuse, with what to set instead."""


@dataclass(frozen=True)
class Target:
    """Where to deploy to, and which version.

    Attributes
    ----------
    name : str
        Prefix of every name, 3 to 16 characters.
    location : str
        Region, such as `switzerlandnorth`.
    tag : str
        Version of the images; also the end of the name of each revision.
    """

    name: str
    location: str
    tag: str
    source: str = "open-meteo"
    most_trainers: int = 3

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> "Target":
        """Read what to deploy from the environment; `make azure-up` documents the variables.

        Raises
        ------
        BadName
            A variable is missing or cannot be part of a name in Azure.
        """
        name = environment.get("AZURE_NAME", "")
        tag = environment.get("AZURE_TAG", "")
        if not _NAME.fullmatch(name) or "--" in name:
            raise BadName(
                "AZURE_NAME must be 3 to 16 small letters, digits and single hyphens, and yours "
                "alone in the world, such as climate-4711."
            )
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?", tag) or "--" in tag:
            raise BadName("AZURE_TAG must be small letters, digits and hyphens, such as v0-1-0.")
        return cls(
            name,
            environment.get("AZURE_LOCATION") or "switzerlandnorth",
            tag,
            environment.get("CLIMATE_SOURCE") or "open-meteo",
            int(environment.get("AZURE_MOST_TRAINERS") or 3),
        )

    @property
    def group(self) -> str:
        """The resource group, which holds everything and is all that has to be deleted."""
        return f"{self.name}-rg"

    @property
    def registry(self) -> str:
        """The registry; its name may hold no hyphen."""
        return f"{self.name.replace('-', '')}acr"

    @property
    def registry_server(self) -> str:
        """Where images are pushed to and pulled from."""
        return f"{self.registry}.azurecr.io"

    @property
    def vault(self) -> str:
        """The key vault."""
        return f"{self.name}-kv"

    @property
    def postgres(self) -> str:
        """The PostgreSQL server."""
        return f"{self.name}-postgres"

    @property
    def postgres_zone(self) -> str:
        """The private zone PostgreSQL is found in."""
        return f"{self.name}.private.postgres.database.azure.com"

    @property
    def postgres_host(self) -> str:
        """Where PostgreSQL answers, inside the network."""
        return f"{self.postgres}.{self.postgres_zone}"

    @property
    def redis(self) -> str:
        """The Redis server."""
        return f"{self.name}-redis"

    @property
    def storage(self) -> str:
        """The storage account of MLflow's artifacts; its name may hold no hyphen."""
        return f"{self.name.replace('-', '')}files"

    @property
    def network(self) -> str:
        """The virtual network."""
        return f"{self.name}-net"

    @property
    def environment(self) -> str:
        """The environment of the container apps."""
        return f"{self.name}-env"

    @property
    def identity(self) -> str:
        """Who the apps are to the registry and the vault."""
        return f"{self.name}-id"

    @property
    def logs(self) -> str:
        """The log workspace."""
        return f"{self.name}-logs"

    def id_of(self, kind: str, name: str) -> str:
        """Return the id of a resource; `{subscription}` is filled in when it is known."""
        group = f"/subscriptions/{{subscription}}/resourceGroups/{self.group}"
        return f"{group}/providers/{kind}/{name}"

    def subnet_id(self, subnet: str) -> str:
        """Return the id of a part of the network."""
        return f"{self.id_of('Microsoft.Network/virtualNetworks', self.network)}/subnets/{subnet}"

    def image(self, name: str) -> str:
        """Return the full name of an image in the registry."""
        return f"{self.registry_server}/climate-mlops/{name}:{self.tag}"

"""What compose, Kubernetes and Azure say of a process, each read into one shape to be compared."""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.kustomize import Manifest, containers_of, pod_of

FILE = "_FILE"
SETTING = re.compile(r"CLIMATE_[A-Z0-9_]+")


@dataclass(frozen=True)
class Workload:
    """A process as a way to deploy describes it.

    Attributes
    ----------
    image : str
        Target of the Dockerfile, or name of somebody else's image.
    plain : dict of str to str
        Settings given as they are.
    secret : dict of str to str
        Settings given as a secret, and the secret's name.
    ports : frozenset of int
        Where it listens.
    """

    name: str
    image: str
    plain: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict)
    ports: frozenset[int] = frozenset()

    @property
    def given(self) -> frozenset[str]:
        """Every setting it is given, one way or the other."""
        return frozenset({*self.plain, *self.secret})


def image_name(reference: str) -> str:
    """Return what an image is called, without registry, project and tag.

    Examples
    --------
    >>> image_name("registry.example/climate-mlops/api:0.1.0")
    'api'
    """
    return re.split("[:@]", reference.rsplit("/", 1)[-1])[0]


def kubernetes_workloads(manifests: Iterable[Manifest]) -> dict[str, Workload]:
    """Return the processes of rendered manifests."""
    every = list(manifests)
    settings = {each["metadata"]["name"]: each["data"] for each in every if _is(each, "ConfigMap")}
    return {
        each["metadata"]["name"]: _of_pod(each, settings)
        for each in every
        if pod_of(each) is not None
    }


def secret_data(manifests: Iterable[Manifest]) -> dict[str, dict[str, str]]:
    """Return the content of rendered Secrets, by name and key."""
    return {
        each["metadata"]["name"]: {
            key: base64.b64decode(value).decode() for key, value in each["data"].items()
        }
        for each in manifests
        if _is(each, "Secret")
    }


def _is(manifest: Manifest, kind: str) -> bool:
    return bool(manifest["kind"] == kind)


def _of_pod(manifest: Manifest, settings: Mapping[str, Mapping[str, str]]) -> Workload:
    [container] = containers_of(manifest)
    pod = pod_of(manifest)
    assert pod is not None
    plain = {each["name"]: each["value"] for each in container.get("env", ())}
    for source in container.get("envFrom", ()):
        plain |= settings[source["configMapRef"]["name"]]
    secrets = next(each["secret"] for each in pod["volumes"] if each["name"] == "secrets")
    return Workload(
        manifest["metadata"]["name"],
        image_name(container["image"]),
        plain={name: value for name, value in plain.items() if not name.endswith(FILE)},
        secret={
            name.removesuffix(FILE): f"{secrets['secretName']}/{Path(value).name}"
            for name, value in plain.items()
            if name.endswith(FILE)
        },
        ports=frozenset(each["containerPort"] for each in container.get("ports", ())),
    )


def compose_workloads(document: Mapping[str, Any]) -> dict[str, Workload]:
    """Return the services of a compose file."""
    return {
        name: _of_service(name, service)
        for name, service in document["services"].items()
        if "profiles" not in service
    }


def _of_service(name: str, service: Mapping[str, Any]) -> Workload:
    given = service.get("environment") or {}
    if isinstance(given, list):
        given = dict(each.partition("=")[::2] for each in given)
    texts = {key: str(value) for key, value in given.items() if SETTING.fullmatch(key)}
    target = service["build"]["target"] if "build" in service else None
    return Workload(
        name,
        target or image_name(service["image"]),
        plain={key: value for key, value in texts.items() if not key.endswith(FILE)},
        secret={
            key.removesuffix(FILE): Path(value).name
            for key, value in texts.items()
            if key.endswith(FILE)
        },
    )


def azure_workloads(descriptions: Iterable[Mapping[str, Any]]) -> dict[str, Workload]:
    """Return the processes of descriptions of container apps and jobs."""
    return {each["name"]: _of_app(each) for each in descriptions}


def _of_app(description: Mapping[str, Any]) -> Workload:
    configuration = description["properties"]["configuration"]
    template = description["properties"]["template"]
    [container] = template["containers"]
    texts = {each["name"]: each["value"] for each in container["env"]}
    [secrets] = [each for each in template["volumes"] if each["storageType"] == "Secret"]
    files = {each["path"]: each["secretRef"] for each in secrets["secrets"]}
    probes = container.get("probes", ())
    ports = {each["httpGet"]["port"] for each in probes}
    if "ingress" in configuration:
        ports.add(configuration["ingress"]["targetPort"])
    return Workload(
        description["name"],
        image_name(container["image"]),
        plain={name: value for name, value in texts.items() if not name.endswith(FILE)},
        secret={
            name.removesuffix(FILE): files[Path(value).name]
            for name, value in texts.items()
            if name.endswith(FILE)
        },
        ports=frozenset(ports),
    )

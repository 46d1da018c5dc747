"""Renders our kustomizations where there is no `kubectl`: only what they use, and nothing more.

A field this does not know is an error, so a manifest cannot pass unseen. Generated ConfigMaps and
Secrets keep their plain names; `kubectl` adds a digest of their content. Where there is a
`kubectl`, `tests/architecture/deployment/test_kubernetes.py` compares the two.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]

#: Kinds that belong to no namespace.
_CLUSTER_WIDE = {"Namespace"}


class UnknownField(AssertionError):
    """A kustomization uses what this renderer does not."""


def render(folder: Path) -> list[Manifest]:
    """Return the manifests of a kustomization, each as the cluster would be given it."""
    return _apply(folder, [])


def read_manifests(path: Path) -> list[Manifest]:
    """Return the documents of a YAML file."""
    return [each for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if each]


def _apply(folder: Path, found: list[Manifest]) -> list[Manifest]:
    """Return what a folder makes of the manifests found so far, and adds to them."""
    [fields] = read_manifests(folder / "kustomization.yaml")
    component = fields.pop("kind") == "Component"
    del fields["apiVersion"]
    manifests = found if component else []
    for name, step in _STEPS.items():
        if name in fields:
            manifests = step(manifests, fields.pop(name), folder)
    if fields:
        raise UnknownField(f"{folder}: {', '.join(fields)}")
    return manifests


def _add_resources(manifests: list[Manifest], names: list[str], folder: Path) -> list[Manifest]:
    added = [
        manifest
        for path in (folder / name for name in names)
        for manifest in (render(path) if path.is_dir() else read_manifests(path))
    ]
    return [*manifests, *deepcopy(added)]


def _add_components(manifests: list[Manifest], names: list[str], folder: Path) -> list[Manifest]:
    for name in names:
        manifests = _apply(folder / name, manifests)
    return manifests


def _add_config_maps(
    manifests: list[Manifest], wanted: list[dict[str, Any]], folder: Path
) -> list[Manifest]:
    added = [_generated("ConfigMap", each, {"data": _settings(each, folder)}) for each in wanted]
    return [*manifests, *added]


def _settings(wanted: Mapping[str, Any], folder: Path) -> dict[str, str]:
    texts = [(folder / name).read_text(encoding="utf-8") for name in wanted["envs"]]
    lines = [line for text in texts for line in text.splitlines() if line and line[0] != "#"]
    return dict(line.split("=", 1) for line in lines)


def _add_secrets(
    manifests: list[Manifest], wanted: list[dict[str, Any]], folder: Path
) -> list[Manifest]:
    added = []
    for each in wanted:
        named = dict(entry.split("=", 1) for entry in each["files"])
        data = {key: _encoded(folder / file) for key, file in named.items()}
        added.append(_generated("Secret", each, {"type": "Opaque", "data": data}))
    return [*manifests, *added]


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def _generated(kind: str, wanted: Mapping[str, Any], content: Manifest) -> Manifest:
    if set(wanted) - {"name", "envs", "files"}:
        raise UnknownField(f"generator of {wanted['name']}")
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": wanted["name"]}, **content}


def _patch(
    manifests: list[Manifest], patches: list[dict[str, Any]], _folder: Path
) -> list[Manifest]:
    for patch in patches:
        kind, name = patch["target"]["kind"], patch["target"]["name"]
        matching = [
            manifest
            for manifest in manifests
            if manifest["kind"] == kind and re.fullmatch(name, manifest["metadata"]["name"])
        ]
        assert matching, f"nothing is patched by {patch['target']}"
        for manifest in matching:
            for operation in yaml.safe_load(patch["patch"]):
                _operate(manifest, operation)
    return manifests


def _operate(manifest: Manifest, operation: Mapping[str, Any]) -> None:
    """Carry out an operation of a JSON patch (RFC 6902): replace or remove."""
    *parents, last = operation["path"].strip("/").split("/")
    place: Any = manifest
    for parent in parents:
        place = place[int(parent) if isinstance(place, list) else parent]
    key = int(last) if isinstance(place, list) else last
    if operation["op"] == "remove":
        del place[key]
    elif operation["op"] == "replace" and key in place:
        place[key] = operation["value"]
    else:
        raise UnknownField(str(operation))


def _label(
    manifests: list[Manifest], labels: list[dict[str, dict[str, str]]], _folder: Path
) -> list[Manifest]:
    for manifest in manifests:
        for each in labels:
            manifest["metadata"].setdefault("labels", {}).update(each["pairs"])
    return manifests


def _place(manifests: list[Manifest], namespace: str, _folder: Path) -> list[Manifest]:
    for manifest in manifests:
        if manifest["kind"] not in _CLUSTER_WIDE:
            manifest["metadata"]["namespace"] = namespace
    return manifests


def _choose_images(
    manifests: list[Manifest], images: list[dict[str, str]], _folder: Path
) -> list[Manifest]:
    for container in (each for manifest in manifests for each in containers_of(manifest)):
        name, _, tag = container["image"].partition(":")
        for image in images:
            if image["name"] == name:
                container["image"] = f"{image.get('newName', name)}:{image.get('newTag', tag)}"
    return manifests


def pod_of(manifest: Manifest) -> Manifest | None:
    """Return the specification of the pods a manifest asks for, if it does."""
    template = manifest.get("spec", {}).get("template")
    return template["spec"] if template else None


def containers_of(manifest: Manifest) -> Iterator[Manifest]:
    """Yield every container a manifest asks for."""
    pod = pod_of(manifest)
    if pod:
        yield from (*pod.get("initContainers", ()), *pod["containers"])


#: The fields we use, in the order kustomize applies them.
_STEPS: dict[str, Callable[[list[Manifest], Any, Path], list[Manifest]]] = {
    "resources": _add_resources,
    "configMapGenerator": _add_config_maps,
    "secretGenerator": _add_secrets,
    "components": _add_components,
    "patches": _patch,
    "namespace": _place,
    "labels": _label,
    "images": _choose_images,
}

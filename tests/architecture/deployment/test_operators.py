"""What operators read, KEDA and External Secrets, held against a snapshot of their schemas."""

import copy
import json
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from jsonschema import Draft202012Validator, ValidationError

from tests.support.kustomize import Manifest, render
from tests.support.needs import ROOT

SCHEMAS: dict[str, Any] = json.loads(
    (Path(__file__).parent / "operators.json").read_text(encoding="utf-8")
)
MANIFESTS = [
    each for each in render(ROOT / "k8s" / "overlays" / "production") if each["kind"] in SCHEMAS
]


def validate(manifest: Manifest) -> None:
    """Raise unless a resource is what its operator takes."""
    schema = SCHEMAS[manifest["kind"]]
    assert manifest["apiVersion"] == schema["apiVersion"]
    assert manifest.keys() == {"apiVersion", "kind", "metadata", "spec"}
    Draft202012Validator(schema["spec"]).validate(manifest["spec"])


def test_schemas_are_schemas() -> None:
    for kind, schema in SCHEMAS.items():
        if kind != "$comment":
            Draft202012Validator.check_schema(schema["spec"])


def test_every_kind_is_used() -> None:
    assert {each["kind"] for each in MANIFESTS} == SCHEMAS.keys() - {"$comment"}


@pytest.mark.parametrize(
    "manifest", MANIFESTS, ids=lambda each: f"{each['kind']}-{each['metadata']['name']}"
)
def test_resource_is_what_its_operator_takes(manifest: Manifest) -> None:
    validate(manifest)


def test_behaviour_of_the_trainers_scaling_is_what_an_autoscaler_takes() -> None:
    [scaled] = [each for each in MANIFESTS if each["kind"] == "ScaledObject"]
    behavior = scaled["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    autoscaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "trainer"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "trainer"},
            "maxReplicas": scaled["spec"]["maxReplicaCount"],
            "behavior": behavior,
        },
    }
    kubernetes_validate.validate(autoscaler, "1.34", strict=True)


@pytest.mark.parametrize(
    "change", [{"minReplicas": 1}, {"pollingInterval": "15"}, {"triggers": [{"type": "redis"}]}]
)
def test_what_its_operator_would_refuse_is_found(change: dict[str, Any]) -> None:
    [scaled] = [each for each in MANIFESTS if each["kind"] == "ScaledObject"]
    wrong = copy.deepcopy(scaled)
    wrong["spec"] |= change
    with pytest.raises(ValidationError):
        validate(wrong)

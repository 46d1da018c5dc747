"""Each policy of `test_kubernetes.py` finds what it is there to find, one wrong at a time."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.architecture.deployment import test_kubernetes as policies
from tests.support.kustomize import Manifest, render
from tests.support.needs import ROOT

PRODUCTION = render(ROOT / "k8s" / "overlays" / "production")
Policy = Callable[[list[Manifest]], None]


def pod(manifests: list[Manifest]) -> dict[str, Any]:
    """Return the pod of the API."""
    found: dict[str, Any] = policies.find(manifests, "Deployment", "api")["spec"]["template"]
    return found


def container(manifests: list[Manifest]) -> dict[str, Any]:
    """Return the container of the API."""
    found: dict[str, Any] = pod(manifests)["spec"]["containers"][0]
    return found


def context(manifests: list[Manifest]) -> dict[str, Any]:
    """Return what the API's container may do."""
    found: dict[str, Any] = container(manifests)["securityContext"]
    return found


#: What is wrong, how it comes about, and the policy that must say so.
WRONGS: dict[str, tuple[Callable[[list[Manifest]], Any], Policy]] = {
    "runs as root": (
        lambda every: pod(every)["spec"]["securityContext"].update(runAsUser=0),
        policies.test_every_pod_is_what_pod_security_calls_restricted,
    ),
    "may run as root": (
        lambda every: pod(every)["spec"]["securityContext"].update(runAsNonRoot=False),
        policies.test_every_pod_is_what_pod_security_calls_restricted,
    ),
    "no seccomp": (
        lambda every: pod(every)["spec"]["securityContext"].update(seccompProfile={}),
        policies.test_every_pod_is_what_pod_security_calls_restricted,
    ),
    "the host's network": (
        lambda every: pod(every)["spec"].update(hostNetwork=True),
        policies.test_every_pod_is_what_pod_security_calls_restricted,
    ),
    "a folder of the host": (
        lambda every: pod(every)["spec"]["volumes"].append({"name": "x", "hostPath": {}}),
        policies.test_every_pod_is_what_pod_security_calls_restricted,
    ),
    "may gain privileges": (
        lambda every: context(every).update(allowPrivilegeEscalation=True),
        policies.test_every_pod_is_what_pod_security_calls_restricted,
    ),
    "keeps a capability": (
        lambda every: context(every).update(capabilities={"drop": ["NET_RAW"]}),
        policies.test_every_pod_is_what_pod_security_calls_restricted,
    ),
    "writes to its root": (
        lambda every: context(every).update(readOnlyRootFilesystem=False),
        policies.test_every_pod_is_what_pod_security_calls_restricted,
    ),
    "a token of the cluster": (
        lambda every: pod(every)["spec"].update(automountServiceAccountToken=True),
        policies.test_no_pod_holds_a_token_of_the_cluster,
    ),
    "no limit of memory": (
        lambda every: container(every)["resources"]["limits"].pop("memory"),
        policies.test_every_container_says_what_it_takes_and_what_it_may_take,
    ),
    "no readiness": (
        lambda every: container(every).pop("readinessProbe"),
        policies.test_every_lasting_process_is_probed,
    ),
    "whatever is newest": (
        lambda every: container(every).update(image="climate-mlops/api:latest"),
        policies.test_no_image_is_whatever_is_newest,
    ),
    "no version": (
        lambda every: container(every).update(image="climate-mlops/api"),
        policies.test_no_image_is_whatever_is_newest,
    ),
    "everybody speaks": (
        lambda every: policies.find(every, "NetworkPolicy", "default-deny")["spec"].update(
            egress=[{}]
        ),
        policies.test_by_default_nobody_speaks_to_anybody,
    ),
    "another open door": (
        lambda every: policies.find(every, "NetworkPolicy", "default-deny")["spec"].update(
            ingress=[{"ports": []}]
        ),
        policies.test_only_the_api_is_open_to_all,
    ),
    "the API reaches the world": (
        lambda every: pod(every)["metadata"]["labels"].update(
            {"climate-mlops/uses-internet": "true"}
        ),
        policies.test_only_the_collector_reaches_the_world,
    ),
    "a door it has no use for": (
        lambda every: policies.find(every, "Deployment", "flower")["spec"]["template"]["metadata"][
            "labels"
        ].update({"climate-mlops/uses-postgres": "true"}),
        policies.test_who_is_given_an_address_may_reach_it,
    ),
    "a lax namespace": (
        lambda every: policies.find(every, "Namespace", "climate")["metadata"]["labels"].update(
            {"pod-security.kubernetes.io/enforce": "baseline"}
        ),
        policies.test_namespace_refuses_what_is_not_restricted,
    ),
    "two schedulers": (
        lambda every: policies.find(every, "Deployment", "scheduler")["spec"].update(replicas=2),
        policies.test_one_scheduler_and_one_mlflow_never_two_at_a_time,
    ),
    "a gap while rolling over": (
        lambda every: policies.find(every, "Deployment", "api")["spec"]["strategy"][
            "rollingUpdate"
        ].update(maxUnavailable=1),
        policies.test_api_rolls_over_without_a_gap,
    ),
}


@pytest.mark.parametrize("wrong", WRONGS)
def test_policy_finds_what_it_is_there_for(wrong: str) -> None:
    do_wrong, policy = WRONGS[wrong]
    manifests = copy.deepcopy(PRODUCTION)
    policy(manifests)
    do_wrong(manifests)
    with pytest.raises(AssertionError):
        policy(manifests)

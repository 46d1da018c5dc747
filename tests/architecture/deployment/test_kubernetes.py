"""The Kubernetes manifests: rendered, valid by the API's own schemas, and as strict as they claim.

Offline: the schemas come from a Python package, the renderer is `tests/support/kustomize.py`, and
where there is a `kubectl` both renderings are compared.
"""

import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from shared.adapters.celery import KEY_PREFIX
from shared.contracts.queues import Service
from shared.settings import DatabaseSettings, RedisSettings
from tests.support.kustomize import Manifest, containers_of, pod_of, render
from tests.support.needs import ROOT
from tests.support.workloads import kubernetes_workloads, secret_data

K8S = ROOT / "k8s"
OVERLAYS = ("local", "production")
#: The oldest release with all we ask for (`preStop.sleep`), and the newest the package knows.
RELEASES = ("1.31", "1.34")
#: Resources of operators; their schemas are not the API's.
_OTHERS = {"ScaledObject", "TriggerAuthentication", "ExternalSecret"}
_GENERATED = {"ConfigMap", "Secret"}


@pytest.fixture(scope="session")
def k8s(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the manifests with secrets of its own."""
    folder = tmp_path_factory.mktemp("manifests") / "k8s"
    shutil.copytree(K8S, folder, ignore=shutil.ignore_patterns("secrets"))
    make_secrets(folder)
    return folder


def make_secrets(folder: Path) -> None:
    """Run the script a user runs."""
    command = [sys.executable, str(folder / "make_secrets.py")]
    subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603 - our own


@pytest.fixture(params=OVERLAYS)
def manifests(request: pytest.FixtureRequest, k8s: Path) -> list[Manifest]:
    """Return each overlay's manifests in turn."""
    return rendered(k8s / "overlays" / request.param)


@cache
def rendered(folder: Path) -> list[Manifest]:
    """Return what a kustomization renders to."""
    return render(folder)


def named(manifest: Manifest) -> str:
    """Return how a manifest is called in a message."""
    return f"{manifest['kind']} {manifest['metadata']['name']}"


@pytest.mark.parametrize("release", RELEASES)
def test_manifests_are_valid_by_the_schemas_of_the_api(
    manifests: list[Manifest], release: str
) -> None:
    for manifest in manifests:
        if manifest["kind"] not in _OTHERS:
            kubernetes_validate.validate(manifest, release, strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_manifests_are_what_kubectl_renders(k8s: Path, overlay: str) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("no kubectl on this machine to compare with")
    done = subprocess.run(  # noqa: S603 - a fixed command
        [kubectl, "kustomize", str(k8s / "overlays" / overlay)],
        check=True,
        capture_output=True,
        timeout=60,
    )
    theirs = [plain(each) for each in _unsuffixed(list(yaml.safe_load_all(done.stdout)))]
    ours = [plain(each) for each in rendered(k8s / "overlays" / overlay)]
    assert sorted(map(named, theirs)) == sorted(map(named, ours))
    assert sorted(theirs, key=named) == sorted(ours, key=named)


def plain(manifest: Manifest) -> Manifest:
    """Return a manifest with its base64 on one line."""
    if manifest["kind"] != "Secret":
        return manifest
    data = {key: re.sub(r"\s", "", value) for key, value in manifest["data"].items()}
    return {**manifest, "data": data}


def _unsuffixed(manifests: list[Manifest]) -> list[Any]:
    """Take off the digests that kustomize adds to the names of what it generates."""
    full = [each["metadata"]["name"] for each in manifests if each["kind"] in _GENERATED]
    short = {name: re.sub(r"-[a-z0-9]{10}$", "", name) for name in full}

    def walk(node: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
        if isinstance(node, dict):
            return {key: walk(value) for key, value in node.items()}
        if isinstance(node, list):
            return [walk(value) for value in node]
        return short.get(node, node) if isinstance(node, str) else node

    return [walk(each) for each in manifests]


def test_every_pod_is_what_pod_security_calls_restricted(manifests: list[Manifest]) -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/, as of 1.34."""
    for manifest in manifests:
        pod = pod_of(manifest)
        if pod is None:
            continue
        assert pod["securityContext"]["runAsNonRoot"], named(manifest)
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not pod.keys() & {"hostNetwork", "hostPID", "hostIPC"}
        volumes = {kind for volume in pod["volumes"] for kind in volume.keys() - {"name"}}
        assert volumes <= {"secret", "emptyDir", "persistentVolumeClaim", "configMap"}
        for container in containers_of(manifest):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            # Stricter than asked: nothing is written but to volumes.
            assert context["readOnlyRootFilesystem"] is True


def test_namespace_refuses_what_is_not_restricted(manifests: list[Manifest]) -> None:
    [namespace] = [each for each in manifests if each["kind"] == "Namespace"]
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_no_pod_holds_a_token_of_the_cluster(manifests: list[Manifest]) -> None:
    accounts = {
        each["metadata"]["name"]: each for each in manifests if each["kind"] == "ServiceAccount"
    }
    for manifest in manifests:
        pod = pod_of(manifest)
        if pod is not None:
            assert pod["automountServiceAccountToken"] is False, named(manifest)
            account = accounts[pod["serviceAccountName"]]
            assert account["automountServiceAccountToken"] is False


def test_every_container_says_what_it_takes_and_what_it_may_take(
    manifests: list[Manifest],
) -> None:
    for manifest in manifests:
        for container in containers_of(manifest):
            resources = container["resources"]
            for limit in ("requests", "limits"):
                assert resources[limit].keys() == {"cpu", "memory", "ephemeral-storage"}


def test_every_lasting_process_is_probed(manifests: list[Manifest]) -> None:
    for manifest in manifests:
        if manifest["kind"] in {"Deployment", "StatefulSet"}:
            [container] = containers_of(manifest)
            probes = {"startupProbe", "livenessProbe", "readinessProbe"}
            assert probes <= container.keys(), named(manifest)


def test_no_image_is_whatever_is_newest(manifests: list[Manifest]) -> None:
    for manifest in manifests:
        for container in containers_of(manifest):
            assert re.search(r":(?!latest)\S+$", container["image"]), named(manifest)


def test_one_scheduler_and_one_mlflow_never_two_at_a_time(manifests: list[Manifest]) -> None:
    for name in ("scheduler", "mlflow"):
        deployment = find(manifests, "Deployment", name)
        assert deployment["spec"]["replicas"] == 1
        assert deployment["spec"]["strategy"] == {"type": "Recreate"}


def test_api_rolls_over_without_a_gap(manifests: list[Manifest]) -> None:
    spec = find(manifests, "Deployment", "api")["spec"]
    assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    [container] = spec["template"]["spec"]["containers"]
    pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    # The pause, then the server's own patience (`api.__main__`), fit into what is granted.
    assert spec["template"]["spec"]["terminationGracePeriodSeconds"] > pause + 5
    assert find(manifests, "HorizontalPodAutoscaler", "api")["spec"]["minReplicas"] >= 2


def test_no_budget_forbids_every_disruption(manifests: list[Manifest]) -> None:
    budgets = [each for each in manifests if each["kind"] == "PodDisruptionBudget"]
    assert {each["metadata"]["name"] for each in budgets} == {"api", "trainer"}
    assert all(each["spec"]["maxUnavailable"] == 1 for each in budgets)


def test_selectors_find_what_they_are_for(manifests: list[Manifest]) -> None:
    labels = [each["spec"]["template"]["metadata"]["labels"] for each in manifests if pod_of(each)]
    for manifest in manifests:
        for wanted in _selectors(manifest):
            found = [each for each in labels if wanted.items() <= each.items()]
            assert found, f"{named(manifest)}: nothing is {wanted}"


def _selectors(manifest: Manifest) -> list[dict[str, str]]:
    """Return the labels by which a manifest means pods of ours."""
    spec = manifest.get("spec", {})
    if manifest["kind"] == "Service":
        return [spec["selector"]]
    found = [spec["selector"]["matchLabels"]] if manifest["kind"] == "Deployment" else []
    if manifest["kind"] == "NetworkPolicy":
        found.append(spec["podSelector"].get("matchLabels", {}))
        peers = [peer for rule in spec.get("ingress", ()) for peer in rule.get("from", ())]
        peers += [
            peer
            for rule in spec.get("egress", ())
            for peer in rule["to"]
            if "namespaceSelector" not in peer and "podSelector" in peer
        ]
        found += [peer["podSelector"]["matchLabels"] for peer in peers]
    return found


def test_by_default_nobody_speaks_to_anybody(manifests: list[Manifest]) -> None:
    policy = find(manifests, "NetworkPolicy", "default-deny")
    assert policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_only_the_api_is_open_to_all(manifests: list[Manifest]) -> None:
    open_to_all = [
        each["metadata"]["name"]
        for each in manifests
        if each["kind"] == "NetworkPolicy"
        for rule in each["spec"].get("ingress", ())
        if "from" not in rule
    ]
    assert open_to_all == ["api-is-open"]


def test_only_the_collector_reaches_the_world(manifests: list[Manifest]) -> None:
    label = "climate-mlops/uses-internet"
    users = [
        each["metadata"]["name"]
        for each in manifests
        if pod_of(each) and label in each["spec"]["template"]["metadata"]["labels"]
    ]
    assert users == ["collector"]


def test_who_is_given_an_address_may_reach_it(manifests: list[Manifest]) -> None:
    reach = {"DATABASE_URL": "postgres", "REDIS_URL": "redis", "MLFLOW_URL": "mlflow"}
    workloads = kubernetes_workloads(manifests)
    for manifest in manifests:
        name = manifest["metadata"]["name"]
        if pod_of(manifest) is None or name in {"postgres", "redis"}:
            continue
        labels = manifest["spec"]["template"]["metadata"]["labels"]
        needed = {
            f"climate-mlops/uses-{server}"
            for setting, server in reach.items()
            if any(given.endswith(setting) for given in workloads[name].given)
        }
        assert needed == {each for each in labels if "/uses-" in each} - {
            "climate-mlops/uses-internet"
        }


def test_secrets_hold_what_the_pods_look_for(k8s: Path) -> None:
    for overlay in OVERLAYS:
        manifests = rendered(k8s / "overlays" / overlay)
        held = {name: set(data) for name, data in secret_data(manifests).items()} | {
            each["spec"]["target"]["name"]: {entry["secretKey"] for entry in each["spec"]["data"]}
            for each in manifests
            if each["kind"] == "ExternalSecret"
        }
        for workload in kubernetes_workloads(manifests).values():
            for place in workload.secret.values():
                secret, _, key = place.partition("/")
                assert key in held[secret], f"{overlay}: {workload.name} looks for {place}"


def test_production_brings_no_secret_of_its_own(k8s: Path) -> None:
    assert secret_data(rendered(k8s / "overlays" / "production")) == {}


def test_generated_secrets_are_accepted_by_the_settings(k8s: Path) -> None:
    secrets = secret_data(rendered(k8s / "overlays" / "local"))
    for name in ("collector", "trainer", "registry-gate", "api"):
        DatabaseSettings.model_validate({"database_url": secrets[name]["database-url"]})
        RedisSettings.model_validate({"redis_url": secrets[name]["redis-url"]})


def test_each_service_signs_in_as_itself(k8s: Path) -> None:
    secrets = secret_data(rendered(k8s / "overlays" / "local"))
    for name in ("collector", "trainer", "registry-gate", "api"):
        url = secrets[name]["database-url"]
        assert f"//{name.replace('-', '_')}:" in url
        assert secrets["migrate"][f"{name}-database-url"] == url


def test_secrets_once_made_stay(k8s: Path) -> None:
    files = sorted((k8s / "overlays" / "local" / "secrets").iterdir())
    before = [each.read_bytes() for each in files]
    make_secrets(k8s)
    assert [each.read_bytes() for each in files] == before
    assert all(each.stat().st_mode & 0o077 == 0 for each in files)


def test_trainers_are_scaled_by_the_length_of_their_queue(k8s: Path) -> None:
    manifests = rendered(k8s / "overlays" / "production")
    scaled = find(manifests, "ScaledObject", "trainer")["spec"]
    assert scaled["scaleTargetRef"]["name"] == "trainer"
    # One stays: it answers the ticks, which plan the work that the others are then started for.
    assert 1 <= scaled["minReplicaCount"] < scaled["maxReplicaCount"]
    [trigger] = scaled["triggers"]
    assert trigger["type"] == "redis"
    # `tests/integration/shared/test_queue_length.py` shows that the messages wait there.
    assert trigger["metadata"]["listName"] == f"{KEY_PREFIX}{Service.TRAINER}"
    assert all(isinstance(value, str) for value in trigger["metadata"].values())
    authentication = find(manifests, "TriggerAuthentication", "redis")
    assert trigger["authenticationRef"]["name"] == authentication["metadata"]["name"]
    assert "replicas" not in find(manifests, "Deployment", "trainer")["spec"]


def find(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    """Return the one manifest of a kind and name."""
    [found] = [
        each for each in manifests if (each["kind"], each["metadata"]["name"]) == (kind, name)
    ]
    return found

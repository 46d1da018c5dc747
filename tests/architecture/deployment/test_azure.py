"""The Azure deployment, run whole against stand-ins that record it; its descriptions by the SDK."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from azure.mgmt.appcontainers import models
from azure.mgmt.appcontainers._utils.model_base import Model

from deploy.azure.descriptions import HERE
from deploy.azure.names import APPS, IMAGES, BadName, Target
from shared.adapters.celery import KEY_PREFIX
from shared.contracts.queues import Service
from tests.support.azure import (
    ANSWERS,
    REDIS_KEY,
    SETTINGS,
    Call,
    PaperAzure,
    azure_descriptions,
)
from tests.support.needs import ROOT

TAG = SETTINGS["AZURE_TAG"]


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> PaperAzure:
    """Return a subscription in which everything was brought up once."""
    azure = PaperAzure.at(tmp_path_factory.mktemp("azure"))
    done = azure.run("up")
    assert done.returncode == 0, done.stderr
    return azure


@pytest.fixture(scope="module")
def first(azure: PaperAzure) -> list[Call]:
    """Return the calls of the first time."""
    return azure.calls()


def place(calls: list[Call], words: str) -> int:
    """Return where the first call of a command stands."""
    return next(n for n, call in enumerate(calls) if call.words == words)


def all_of(calls: list[Call], words: str) -> list[Call]:
    """Return every call of a command."""
    return [call for call in calls if call.words == words]


@pytest.mark.usefixtures("azure")
def test_everything_comes_in_an_order_that_works(first: list[Call]) -> None:
    order = [
        "az account show",
        "az group create",
        "az identity create",
        "az network vnet create",
        "az acr create",
        "az acr login",
        "docker build",
        "az keyvault create",
        "az keyvault secret set",
        "az postgres flexible-server create",
        "az network private-endpoint create",
        "az containerapp env create",
        "az containerapp env storage set",
        "az containerapp job create",
        "az containerapp job start",
        "az containerapp job execution show",
        "az containerapp create",
        "az containerapp ingress traffic set",
    ]
    places = [place(first, words) for words in order]
    assert places == sorted(places)
    assert first[-1].argv == ("python3", "verify_deployment.py", "--url", "https://api.example.net")


def test_every_image_is_built_tagged_and_pushed_in_turn(first: list[Call]) -> None:
    docker = [call.argv for call in first if call.argv[0] == "docker"]
    expected = []
    for name in IMAGES:
        local = f"climate-mlops/{name}:{TAG}"
        remote = f"climate4711acr.azurecr.io/{local}"
        build = ("docker", "build", "--target", name, "--build-arg", f"REVISION={TAG}")
        expected += [
            (*build, "--tag", local, "."),
            ("docker", "tag", local, remote),
            ("docker", "push", remote),
        ]
    assert docker == expected


def test_images_are_pulled_by_identity_and_no_admin_exists(first: list[Call]) -> None:
    [create] = all_of(first, "az acr create")
    assert create.option("--admin-enabled") == "false"
    roles = {call.option("--role"): call for call in all_of(first, "az role assignment create")}
    assert roles.keys() == {"AcrPull", "Key Vault Secrets Officer", "Key Vault Secrets User"}
    assert roles["AcrPull"].option("--assignee-object-id") == "principal-id"
    assert not [call for call in first if "credential" in call.words]


def test_everything_is_in_the_location_asked_for(tmp_path: Path) -> None:
    azure = PaperAzure.at(tmp_path)
    azure.run("up", AZURE_LOCATION="westeurope")
    locations = {call.option("--location") for call in azure.calls()} - {""}
    assert locations == {"westeurope"}


def test_switzerland_north_is_the_default(first: list[Call]) -> None:
    assert {call.option("--location") for call in first} - {""} == {"switzerlandnorth"}


def test_database_and_redis_are_reached_from_the_network_alone(first: list[Call]) -> None:
    [postgres] = all_of(first, "az postgres flexible-server create")
    assert postgres.option("--subnet").endswith("/subnets/postgres")
    assert "--public-access" not in postgres.argv
    cluster, database = [call for call in first if call.option("--method") == "put"]
    assert '"publicNetworkAccess": "Disabled"' in cluster.files["redis-cluster.json"]
    # One Celery worker waits on several keys at once: only without clustering is that allowed.
    assert '"clusteringPolicy": "NoCluster"' in database.files["redis-database.json"]
    assert '"evictionPolicy": "NoEviction"' in database.files["redis-database.json"]


def test_no_secret_stands_on_a_command_line(first: list[Call]) -> None:
    kept = all_of(first, "az keyvault secret set")
    secrets = {text for call in kept for text in call.files.values()} | {
        ANSWERS["[0].value"],
        REDIS_KEY,
    }
    assert len(secrets) > 10
    for call in first:
        assert not [secret for secret in secrets if secret in " ".join(call.argv)], call.words


def test_every_secret_an_app_asks_for_is_in_the_vault(first: list[Call]) -> None:
    kept = {call.option("--name") for call in all_of(first, "az keyvault secret set")}
    for description in azure_descriptions():
        for secret in description["properties"]["configuration"]["secrets"]:
            assert secret["keyVaultUrl"].rsplit("/", 1)[-1] in kept
            assert "value" not in secret


def test_addresses_are_encrypted_on_the_way(first: list[Call]) -> None:
    kept = {
        call.option("--name"): text
        for call in all_of(first, "az keyvault secret set")
        for text in call.files.values()
    }
    databases = [text for name, text in kept.items() if name.endswith("-database-url")]
    assert len(databases) == 6
    assert all(text.endswith("?sslmode=require") for text in databases)
    assert kept["climate-redis-url"].startswith("rediss://:a%2Bb%2Fc%3D@climate-4711-redis.")


def test_second_time_changes_no_password_and_makes_nothing_anew(
    azure: PaperAzure, first: list[Call]
) -> None:
    done = azure.run("up", AZURE_TAG="v0-2-0")
    assert done.returncode == 0, done.stderr
    second = azure.calls()[len(first) :]
    made = {call.words for call in second if call.words.endswith("create")}
    assert not made & {
        "az keyvault create",
        "az postgres flexible-server create",
        "az containerapp env create",
        "az containerapp create",
        "az containerapp job create",
    }
    kept = {call.option("--name") for call in all_of(second, "az keyvault secret set")}
    # The key of Redis may be changed there at any time, so it is asked anew.
    assert kept == {"climate-redis-url", "climate-redis-password"}
    updated = [call.option("--name") for call in all_of(second, "az containerapp update")]
    assert updated == list(APPS)


def test_schema_is_migrated_before_anything_new_runs(azure: PaperAzure, first: list[Call]) -> None:
    del azure
    finished = place(first, "az containerapp job execution show")
    assert finished < place(first, "az containerapp create")


def test_traffic_moves_when_the_new_revision_is_well(first: list[Call]) -> None:
    asked = [
        number
        for number, call in enumerate(first)
        if call.option("--revision") == f"api--{TAG}" and call.words.endswith("revision show")
    ]
    moved = place(first, "az containerapp ingress traffic set")
    assert max(asked) < moved
    assert first[moved].option("--revision-weight") == f"api--{TAG}=100"


def test_rollback_brings_the_earlier_revision_back(tmp_path: Path) -> None:
    azure = PaperAzure.at(tmp_path)
    done = azure.run("rollback", "--to", "v0-0-9")
    assert done.returncode == 0, done.stderr
    calls = azure.calls()
    assert calls[0].words == "az containerapp revision activate"
    assert calls[0].option("--revision") == "api--v0-0-9"
    [traffic] = all_of(calls, "az containerapp ingress traffic set")
    assert traffic.option("--revision-weight") == "api--v0-0-9=100"
    copies = all_of(calls, "az containerapp revision copy")
    others = [name for name in APPS if name != "api"]
    assert [call.option("--from-revision") for call in copies] == [
        f"{name}--v0-0-9" for name in others
    ]
    # No revision may have the name of one there is already.
    suffixes = {call.option("--revision-suffix") for call in copies}
    assert all(re.fullmatch(r"v0-0-9-[0-9a-f]{4}", suffix) for suffix in suffixes)
    waited = {call.option("--revision") for call in all_of(calls, "az containerapp revision show")}
    assert {f"{name}--{suffix}" for name in others for suffix in suffixes} <= waited


def test_down_removes_the_group_and_frees_the_vaults_name(tmp_path: Path) -> None:
    azure = PaperAzure.at(tmp_path)
    assert azure.run("down", "--yes").returncode == 0
    assert [call.words for call in azure.calls()] == ["az group delete", "az keyvault purge"]


def test_dry_run_prints_every_command_and_runs_none(tmp_path: Path, first: list[Call]) -> None:
    azure = PaperAzure.at(tmp_path)
    printed = azure.run("up", "--dry-run").stdout
    assert azure.calls() == []
    lines = [shlex.split(line) for line in printed.splitlines() if not line.startswith("#")]
    words = {Call(tuple(line), {}).words for line in lines}
    assert {call.words for call in first} - {"test"} <= words | {
        line.split(": ", 1)[1].split(" --")[0]
        for line in printed.splitlines()
        if line.startswith("# unless")
    }


def test_first_failure_ends_it(tmp_path: Path) -> None:
    azure = PaperAzure.at(tmp_path)
    (tmp_path / "bin" / "docker").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    done = azure.run("up")
    assert done.returncode != 0
    assert "failed: docker build" in done.stderr
    assert azure.calls()[-1].words == "az acr login"


@pytest.mark.parametrize(
    "settings", [{}, {"AZURE_NAME": "Climate", "AZURE_TAG": "v1"}, {"AZURE_NAME": "climate"}]
)
def test_names_azure_would_refuse_are_refused_at_once(settings: dict[str, str]) -> None:
    with pytest.raises(BadName, match="AZURE_"):
        Target.of(settings)


@pytest.mark.parametrize("name", ["abc", "climate-4711-xy1"])
def test_every_name_fits_what_azure_allows(name: str) -> None:
    target = Target.of({"AZURE_NAME": name, "AZURE_TAG": TAG})
    # Storage accounts and vaults have the tightest limits: 24 characters.
    assert len(target.storage) <= 24
    assert len(target.vault) <= 24
    assert target.registry.isalnum()


def test_nothing_is_hard_coded() -> None:
    for path in (each for each in HERE.rglob("*.*") if each.suffix in {".yaml", ".json"}):
        text = path.read_text(encoding="utf-8")
        assert "azurecr.io" not in text
        assert "/subscriptions/" not in text
        assert "switzerland" not in text


def faults(value: Any, model: Any, where: str) -> Iterator[str]:  # noqa: ANN401 - YAML and types
    """Yield what a description says that the SDK's model of the API does not know."""
    options = [each for each in (get_args(model) or (model,)) if each is not type(None)]
    for option in options:
        if isinstance(option, type) and issubclass(option, Model):
            yield from _faults_of_model(value, option, where)
        elif getattr(option, "__origin__", None) is list:
            for number, each in enumerate(value):
                yield from faults(each, get_args(option)[0], f"{where}[{number}]")
        elif option in (int, str, float, bool) and len(options) == 1:
            fits = isinstance(value, (int, float) if option is float else option)
            if not fits or (option is int and isinstance(value, bool)):
                yield f"{where}: {value!r} is no {option.__name__}"


def _faults_of_model(value: dict[str, Any], model: Any, where: str) -> Iterator[str]:  # noqa: ANN401
    model({})  # the class learns its fields with its first instance
    hints = get_type_hints(model, vars(models._models) | {"_models": models})  # noqa: SLF001
    known = {field._rest_name: name for name, field in model._attr_to_rest_field.items()}  # noqa: SLF001
    for key, each in value.items():
        if key not in known:
            yield f"{where}: {key} is not known"
        else:
            yield from faults(each, hints[known[key]], f"{where}.{key}")


@pytest.mark.parametrize("description", azure_descriptions(), ids=lambda each: each["name"])
def test_descriptions_are_what_the_api_knows(description: dict[str, Any]) -> None:
    model = models.Job if description["type"].endswith("jobs") else models.ContainerApp
    assert list(faults(description, model, description["name"])) == []


def test_what_the_api_does_not_know_is_found() -> None:
    [api] = [each for each in azure_descriptions() if each["name"] == "api"]
    api["properties"]["template"]["scale"]["minReplica"] = 1
    api["properties"]["configuration"]["ingress"]["targetPort"] = "8000"
    assert list(faults(api, models.ContainerApp, "api")) == [
        "api.properties.configuration.ingress.targetPort: '8000' is no int",
        "api.properties.template.scale: minReplica is not known",
    ]


def test_only_the_api_is_open_to_the_world() -> None:
    external = {
        each["name"]
        for each in azure_descriptions()
        if each["properties"]["configuration"].get("ingress", {}).get("external")
    }
    assert external == {"api"}


def test_one_of_each_always_stays_and_only_trainers_and_api_grow() -> None:
    scales = {
        each["name"]: each["properties"]["template"]["scale"]
        for each in azure_descriptions()
        if each["name"] != "migrate"
    }
    assert all(scale["minReplicas"] == 1 for scale in scales.values())
    growing = {name for name, scale in scales.items() if scale["maxReplicas"] > 1}
    assert growing == {"trainer", "api"}


def test_trainers_are_scaled_by_the_length_of_their_queue() -> None:
    [trainer] = [each for each in azure_descriptions() if each["name"] == "trainer"]
    [rule] = trainer["properties"]["template"]["scale"]["rules"]
    assert rule["custom"]["metadata"]["listName"] == f"{KEY_PREFIX}{Service.TRAINER}"
    known = {each["name"] for each in trainer["properties"]["configuration"]["secrets"]}
    assert {each["secretRef"] for each in rule["custom"]["auth"]} <= known


def test_costs_are_estimated_for_what_is_asked_for() -> None:
    """The table of docs/azure.md: one replica of each app, always."""
    resources = [
        each["properties"]["template"]["containers"][0]["resources"]
        for each in azure_descriptions()
        if each["name"] != "migrate"
    ]
    cpu = sum(each["cpu"] for each in resources)
    memory = sum(float(each["memory"].removesuffix("Gi")) for each in resources)
    text = (ROOT / "docs" / "azure.md").read_text(encoding="utf-8")
    assert f"{cpu:g} vCPU and {memory:g} GiB" in text
    assert f"{len(list(APPS))} apps" in text


def test_resources_are_a_size_that_exists() -> None:
    """Consumption plan: memory in GiB is twice the CPU, in steps of 0.25 CPU."""
    for each in azure_descriptions():
        [container] = each["properties"]["template"]["containers"]
        cpu, memory = container["resources"]["cpu"], container["resources"]["memory"]
        assert float(memory.removesuffix("Gi")) == 2 * cpu
        assert (cpu / 0.25).is_integer()

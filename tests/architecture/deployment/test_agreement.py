"""Every way to deploy gives each process what it needs, secrets as secrets, and nothing unknown."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from tests.support.azure import azure_descriptions
from tests.support.kustomize import render
from tests.support.needs import PORTS, PROCESSES, ROOT
from tests.support.workloads import (
    SETTING,
    Workload,
    azure_workloads,
    compose_workloads,
    kubernetes_workloads,
)

COMPOSE = ROOT / "compose.yaml"
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
#: Not ours: what they are told is their own language.
SERVERS = {"postgres", "redis"}
#: The scheduler is the collector's image, told to be something else.
IMAGES = {name: "collector" if name == "scheduler" else name for name in PROCESSES}


@cache
def workloads(way: str) -> Mapping[str, Workload]:
    """Return the processes as one way to deploy describes them."""
    if way == "compose":
        if not COMPOSE.exists():
            pytest.skip("there is no compose.yaml yet")
        return compose_workloads(yaml.safe_load(COMPOSE.read_text(encoding="utf-8")))
    if way == "azure":
        return azure_workloads(azure_descriptions())
    return kubernetes_workloads(render(ROOT / "k8s" / "overlays" / "production"))


WAYS = pytest.mark.parametrize("way", ["compose", "kubernetes", "azure"])
EACH = pytest.mark.parametrize("name", sorted(PROCESSES))


def in_image(target: str) -> dict[str, str]:
    """Return the settings a target of the Dockerfile brings along, and those of its base."""
    stage = re.search(
        rf"^FROM (\S+) AS {target}\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.DOTALL | re.MULTILINE
    )
    if stage is None:
        return {}
    inherited = in_image(stage[1])
    return inherited | dict(re.findall(r"(CLIMATE_\w+)=([^\s\"]+)", stage[2]))


@WAYS
def test_every_process_is_deployed_and_no_other(way: str) -> None:
    assert set(workloads(way)) - SERVERS == set(PROCESSES)


@WAYS
@EACH
def test_process_runs_the_image_of_its_name(way: str, name: str) -> None:
    assert workloads(way)[name].image == IMAGES[name]
    assert re.search(rf"^FROM \S+ AS {IMAGES[name]}$", DOCKERFILE, re.MULTILINE)


@WAYS
@EACH
def test_process_is_given_no_setting_it_does_not_know(way: str, name: str) -> None:
    given = {each for each in workloads(way)[name].given if SETTING.fullmatch(each)}
    assert given <= PROCESSES[name].variables


@WAYS
@EACH
def test_process_is_given_every_setting_it_needs(way: str, name: str) -> None:
    found = workloads(way)[name].given | in_image(IMAGES[name]).keys()
    assert PROCESSES[name].required <= found


@WAYS
@EACH
def test_secrets_come_as_secrets_and_nothing_else_does(way: str, name: str) -> None:
    workload, needs = workloads(way)[name], PROCESSES[name]
    assert workload.secret.keys() <= needs.secret
    assert not workload.plain.keys() & needs.secret


@WAYS
@EACH
def test_what_is_set_is_valid(way: str, name: str) -> None:
    workload, fields = workloads(way)[name], PROCESSES[name].fields
    for variable in workload.plain.keys() & fields.keys():
        text = workload.plain[variable]
        if "${" not in text:  # compose's own default, set by the user
            field = fields[variable]
            TypeAdapter(field.rebuild_annotation()).validate_python(text)


@EACH
def test_image_brings_no_setting_its_process_does_not_know(name: str) -> None:
    assert in_image(IMAGES[name]).keys() <= PROCESSES[name].variables | {
        "CLIMATE_HOME",
        "CLIMATE_GIT_COMMIT",
    }


@pytest.mark.parametrize("name", sorted(PORTS))
def test_ports_are_those_the_images_listen_on(name: str) -> None:
    exposed = re.findall(
        r"_PORT=(\d+)", " ".join(f"{k}={v}" for k, v in in_image(IMAGES[name]).items())
    )
    assert exposed == [str(PORTS[name])]
    assert workloads("kubernetes")[name].ports == {PORTS[name]}
    assert workloads("azure")[name].ports == {PORTS[name]}


@WAYS
def test_mlflow_is_asked_where_it_listens(way: str) -> None:
    for name, workload in workloads(way).items():
        if "CLIMATE_MLFLOW_URL" in workload.plain:
            assert workload.plain["CLIMATE_MLFLOW_URL"] == f"http://mlflow:{PORTS['mlflow']}", name


def test_environment_example_lists_every_secret() -> None:
    example = Path(ROOT / ".env.example").read_text(encoding="utf-8")
    secrets = {each for needs in PROCESSES.values() if needs.settings for each in needs.secret}
    assert {each for each in secrets if each not in example} == set()

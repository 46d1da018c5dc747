"""The containers of `compose.yaml` may do the least they need."""

import subprocess
import sys
from typing import Any

import pytest
import yaml

from tests.support.needs import PROCESSES, ROOT

DOCUMENT = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = DOCUMENT["services"]
EACH = pytest.mark.parametrize("name", sorted(SERVICES))

#: As the validator carries it.
SCHEMA = "vendor.compose-spec"
#: Its socket and its lock stand outside the volume; all others write to volumes alone.
WRITES_ELSEWHERE = {"postgres"}
#: Takes its volume over as root, then steps down.
TAKES_OVER = {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}


def test_file_is_valid_by_the_schema_of_compose() -> None:
    done = subprocess.run(  # noqa: S603 - a fixed command
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMA, "compose.yaml"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@EACH
def test_container_has_no_privilege_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    allowed = TAKES_OVER if name in {"postgres", "redis"} else set()
    assert set(service.get("cap_add", ())) <= allowed
    assert not service.keys() & {"privileged", "user", "pid", "network_mode", "ipc"}


@EACH
def test_root_file_system_is_read_only(name: str) -> None:
    assert SERVICES[name].get("read_only", False) is (name not in WRITES_ELSEWHERE)


@EACH
def test_container_has_limits_and_starts_again(name: str) -> None:
    service = SERVICES[name]
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}
    assert service["restart"] == ("on-failure:5" if name == "migrate" else "unless-stopped")
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


def test_only_what_is_for_people_publishes_a_port_and_to_this_machine_unless_told() -> None:
    published = {name: each["ports"] for name, each in SERVICES.items() if "ports" in each}
    assert published.keys() == {"api", "flower", "grafana"}
    for ports in published.values():
        [port] = ports
        assert port.startswith("${CLIMATE_PUBLISH:-127.0.0.1}:")


def test_servers_are_on_a_network_without_a_way_in_or_out() -> None:
    assert DOCUMENT["networks"]["back"]["internal"] is True
    for name in ("postgres", "redis", "mlflow", "migrate", "trainer", "registry-gate", "scheduler"):
        assert SERVICES[name]["networks"] == ["back"], name


def test_only_the_collector_reaches_the_world() -> None:
    outward = [name for name, each in SERVICES.items() if "outward" in each["networks"]]
    assert outward == ["collector"]


@EACH
def test_secrets_are_files_and_no_others_than_those_used(name: str) -> None:
    service = SERVICES[name]
    given = set(service.get("secrets", ()))
    assert given <= DOCUMENT["secrets"].keys()
    if name in PROCESSES:
        files = {
            value.rpartition("/")[2]
            for setting, value in service["environment"].items()
            if setting.endswith("_FILE")
        }
        assert given == files


def test_what_serves_or_works_tells_whether_it_does() -> None:
    """The images bring the health checks of ours; those of others stand here."""
    stages = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert stages.count("\nHEALTHCHECK ") == 4  # workers, API, MLflow, Flower
    assert all("healthcheck" in SERVICES[name] for name in ("postgres", "redis", "simulator"))


def test_nothing_starts_before_what_it_needs() -> None:
    for name in ("collector", "trainer", "registry-gate", "api", "mlflow"):
        needs = SERVICES[name]["depends_on"]
        assert needs["migrate"] == {"condition": "service_completed_successfully"}, name
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
